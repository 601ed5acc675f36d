// A citizen's session, by plain HTTP with cookies.

export async function oneSession(portal, bsn) {
  const jars = new Map();

  async function open(url, form, origin) {
    let target = new URL(url);
    for (let hops = 0; hops < 10; hops += 1) {
      const jar = jars.get(target.origin) ?? new Map();
      jars.set(target.origin, jar);
      const answer = await fetch(target, {
        method: form ? 'POST' : 'GET',
        body: form && (form instanceof FormData ? form : new URLSearchParams(form)),
        redirect: 'manual',
        headers: { accept: 'text/html', ...(form && origin && { origin }), cookie: [...jar].map((cookie) => cookie.join('=')).join('; ') },
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
  return {
    page: async (path) => (await open(portal + path)).text,
    /** Sends the form on a page, as a browser does: with what is hidden in it, and in parts. */
    async send(path, fields) {
      const page = await open(portal + path);
      const form = new FormData();
      for (const [, name, value] of page.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)) form.set(name, value);
      for (const [name, value] of Object.entries(fields)) form.set(name, value);
      const answer = await open(portal + path, form, portal);
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
      return answer;
    },
  };
}
