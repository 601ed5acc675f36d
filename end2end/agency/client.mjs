// How tests speak to the agency.

const { AGENCY } = process.env;

async function ask(path, body) {
  const answer = await fetch(AGENCY + path, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`agency${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

export const agency = {
  log: (subject = '') => ask(`/log?subject=${encodeURIComponent(subject)}`),
  tell: (kind, data) => ask('/tell', { kind, data }),
  letter: async (name, text) => ({ name, media_type: 'application/pdf', content: (await ask('/letter', { text })).content }),
  fail: (...modes) => ask('/fail', modes),
  recover: () => ask('/recover', {}),
  document: (caseId, documentId) => ask(`/document?case=${caseId}&document=${documentId}`),

  /** Waits until so many events about a case came in; all of them, in order. */
  async received(subject, count, seconds = 15) {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const { events } = await agency.log(subject);
      if (events.length >= count) return events;
      if (Date.now() > deadline) throw new Error(`${events.length} of ${count} events about ${subject} came in: ${events.map(({ kind }) => kind)}`);
      await new Promise((later) => { setTimeout(later, 200); });
    }
  },
};
