// An agency with a system of its own, for development and tests: it receives what citizens do, once and in order, and tells what it does
// with their cases. What it knows is gone when it stops.

import { randomUUID } from 'node:crypto';
import { CloudEvent, HTTP } from 'cloudevents';
import { verifierOf } from './signature.mjs';

const TYPE = /^nl\.voordeur\.case\.([a-z-]+)\.v1$/;

export function agencyOf({ portal, identityProvider, client, clientSecret, source, address }) {
  const verify = verifierOf(`${portal}/api/v1/keys`);
  /** What came in that was new, in order; and how often each came. */
  const events = [];
  const times = new Map();
  const refused = [];
  /** How it answers the next times: [{ mode, subject }]; without a subject whatever it is about. */
  let faults = [];
  let bearer;

  /** Reads one request; what it answers, after `wait` milliseconds or, with `broken`, not at all. */
  async function receive({ method, headers, body }) {
    const fault = takeFault(body);
    if (fault === 'away') return { broken: true };
    if (fault === 'error') return { status: 500 };
    if (fault === 'busy') return { status: 503, headers: { 'retry-after': '2' } };
    try {
      await verify({ method, target: address, headers, body });
    } catch (error) {
      refused.push(error.message);
      return { status: 401 };
    }
    take(JSON.parse(body));
    if (fault === 'lost') return { broken: true };
    if (fault === 'slow') return { status: 202, wait: 11_000 };
    if (fault === 'twice') take(JSON.parse(body));
    return { status: 202 };
  }

  function takeFault(body) {
    const index = faults.findIndex(({ subject }) => !subject || body.includes(JSON.stringify(subject)));
    return index < 0 ? undefined : faults.splice(index, 1)[0].mode;
  }

  /** Whoever delivers at least once is answered by who takes once. */
  function take(event) {
    const name = `${event.source} ${event.id}`;
    times.set(name, (times.get(name) ?? 0) + 1);
    if (times.get(name) > 1) return;
    const { id, source: from, type, subject, time, data } = new CloudEvent(event);
    events.push({ id, source: from, kind: TYPE.exec(type)?.[1] ?? type, subject, time, data });
  }

  async function token() {
    if (bearer && bearer.until > Date.now()) return bearer.token;
    const answer = await fetch(`${identityProvider}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${client}:${encodeURIComponent(clientSecret)}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: `${portal}/api/v1` }),
    });
    if (!answer.ok) throw new Error(`no access token: ${answer.status}`);
    const { access_token: fresh, expires_in: seconds } = await answer.json();
    bearer = { token: fresh, until: Date.now() + (seconds - 60) * 1000 };
    return fresh;
  }

  /** Tells the portal something about a case: `kind` is `status-set`, `question-asked` and so on. */
  async function tell(kind, data, id = randomUUID()) {
    const event = new CloudEvent({
      id, source, type: `nl.voordeur.case.${kind}.v1`, time: new Date().toISOString(), datacontenttype: 'application/json', data,
    });
    const { headers, body } = HTTP.structured(event);
    const answer = await fetch(`${portal}/api/v1/events`, {
      method: 'POST', headers: { ...headers, authorization: `Bearer ${await token()}` }, body,
    });
    if (answer.status !== 202) throw new Error(`${kind}: ${answer.status} ${await answer.text()}`);
    return id;
  }

  /** A document that a citizen sent with a case. */
  async function document(caseId, documentId) {
    const answer = await fetch(`${portal}/api/v1/cases/${caseId}/documents/${documentId}`, {
      headers: { authorization: `Bearer ${await token()}` },
    });
    return { status: answer.status, type: answer.headers.get('content-type'), size: (await answer.arrayBuffer()).byteLength };
  }

  /** What waits, for an agency that fetches; `after` acknowledges. */
  async function fetchEvents(after = '') {
    const answer = await fetch(`${portal}/api/v1/outgoing-events${after && `?after=${after}`}`, {
      headers: { authorization: `Bearer ${await token()}` },
    });
    if (!answer.ok) throw new Error(`outgoing-events: ${answer.status}`);
    return answer.json();
  }

  return {
    receive,
    tell,
    document,
    fetchEvents,
    fail(modes) { faults.push(...modes); },
    recover() { faults = []; },
    log: (subject) => ({
      events: events.filter((event) => !subject || event.subject === subject),
      times: Object.fromEntries(times),
      refused,
    }),
  };
}

/** A letter of one page, as small as a PDF can be. */
export function letter(text) {
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
    (() => {
      const stream = `BT /F1 14 Tf 72 770 Td (${text.replace(/[\\()]/g, '\\$&')}) Tj ET`;
      return `<</Length ${stream.length}>>stream\n${stream}\nendstream`;
    })(),
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
  ];
  let body = '%PDF-1.4\n';
  const places = objects.map((object, index) => {
    const place = body.length;
    body += `${index + 1} 0 obj${object}endobj\n`;
    return String(place).padStart(10, '0');
  });
  const start = body.length;
  body += `xref\n0 6\n0000000000 65535 f \n${places.map((place) => `${place} 00000 n \n`).join('')}`;
  body += `trailer<</Size 6/Root 1 0 R>>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(body, 'latin1').toString('base64');
}
