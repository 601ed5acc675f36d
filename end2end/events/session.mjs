// A citizen's session, by plain HTTP with cookies.

export async function oneSession(portal, bsn) {
  const jars = new Map();

  async function open(url, form) {
    let target = new URL(url);
    for (let hops = 0; hops < 10; hops += 1) {
      const jar = jars.get(target.origin) ?? new Map();
      jars.set(target.origin, jar);
      const answer = await fetch(target, {
        method: form ? 'POST' : 'GET',
        body: form && new URLSearchParams(form),
        redirect: 'manual',
        headers: { accept: 'text/html', cookie: [...jar].map((cookie) => cookie.join('=')).join('; ') },
      });
      for (const line of answer.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
        if (value === '') jar.delete(name);
        else jar.set(name, value);
      }
      const location = answer.headers.get('location');
      if (!location) return { url: target, status: answer.status, text: await answer.text() };
      target = new URL(location, target);
      form = undefined;
    }
    throw new Error('a redirect loop');
  }

  const there = await open(`${portal}/inloggen/burger`, { terug: '/mijn' });
  const back = await open(there.url, { bsn, level: 'substantial', action: 'login' });
  if (back.status !== 200 || back.url.origin !== portal) throw new Error(`no log-in: ${back.status} ${back.url.pathname}`);
  return { page: async (path) => (await open(portal + path)).text };
}
