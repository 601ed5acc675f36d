// Sends events with the official CloudEvents SDKs to a running portal, as the tax administration's system would, and looks at the
// citizen's own page: accepted in each mode, and applied once.
//
//   PORTAL=... IDENTITY_PROVIDER=... CLIENT_SECRET=... node --test check.mjs

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CloudEvent, HTTP } from 'cloudevents';
import { oneSession } from './session.mjs';

const { PORTAL, IDENTITY_PROVIDER, CLIENT_SECRET } = process.env;
const run = promisify(execFile);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

// A fictitious person of the demo.
const BSN = JSON.parse(await (await import('node:fs/promises')).readFile(here('../../catalogue/demo/people.json'), 'utf8'))[0].bsn;

async function token(client = 'belastingdienst') {
  const answer = await fetch(`${IDENTITY_PROVIDER}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client}:${encodeURIComponent(CLIENT_SECRET)}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: `${PORTAL}/api/v1` }),
  });
  assert.equal(answer.status, 200);
  return (await answer.json()).access_token;
}

// Dearer than any income of the demo, and each another one.
function income() {
  const euros = 900_000 + Math.floor(Math.random() * 99_000);
  return { cents: `${euros}00`, shown: euros.toLocaleString('nl-NL') };
}

function event(amount) {
  return {
    id: randomUUID(),
    source: 'urn:nld:oin:00000099000000001000:bri',
    type: 'nl.voordeur.registered-data.changed.v1',
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    // Characters that binary mode has to encode; it is not read.
    purpose: 'Vaststelling "inkomen" € 100%',
    data: {
      bsn: BSN,
      register: 'inkomen',
      kind: 'income',
      records: [{ valid_from: '20260101', values: { year: '2026', amount } }],
    },
  };
}

async function send({ headers, body }, bearer) {
  const answer = await fetch(`${PORTAL}/api/v1/events`, {
    method: 'POST', headers: { ...headers, authorization: `Bearer ${bearer}` }, body,
  });
  return `${answer.status} ${await answer.text()}`.trim();
}

async function assertShownOnce(shown) {
  const session = await oneSession(PORTAL, BSN);
  const deadline = Date.now() + 10_000;
  let found = 0;
  while (found === 0 && Date.now() < deadline) {
    await new Promise((later) => setTimeout(later, 100));
    // The link "Klopt dit niet?" names its value once more, for who does not see which one it stands beside.
    const seen = (await session.page('/mijn/gegevens/inkomen')).replace(/<span class="voordeur-visually-hidden">.*?<\/span>/gs, '');
    found = seen.split(shown).length - 1;
  }
  assert.equal(found, 1, `€ ${shown} is on the page ${found} times`);
}

test('the SDK for JavaScript: binary, structured and batch, applied once', async () => {
  const bearer = await token();
  const { cents, shown } = income();
  const made = new CloudEvent(event(cents));
  // This SDK leaves the encoding of headers to whoever sends them.
  const binary = HTTP.binary(made.cloneWith({ purpose: encodeURIComponent(made.purpose) }));
  assert.equal(await send(binary, bearer), '202');
  const structured = HTTP.structured(made);
  assert.equal(await send(structured, bearer), '202');
  const batch = { headers: { 'content-type': 'application/cloudevents-batch+json' }, body: `[${structured.body},${structured.body}]` };
  assert.equal(await send(batch, bearer), '202 {"accepted":0,"known":2}');
  await assertShownOnce(shown);
});

test('the SDK for Python: binary, structured and batch, applied once', async () => {
  const { cents, shown } = income();
  const { stdout } = await run(here('../.venv/bin/python'), [here('send.py')], {
    env: { ...process.env, TOKEN: await token(), EVENT: JSON.stringify(event(cents)) },
  });
  assert.deepEqual(stdout.trim().split('\n').map((line) => line.trim()), ['202', '202', '202 {"accepted":0,"known":2}']);
  await assertShownOnce(shown);
});

test('a refusal is a problem that says where', async () => {
  const wrong = HTTP.structured(new CloudEvent(event('a lot')));
  const answer = await fetch(`${PORTAL}/api/v1/events`, {
    method: 'POST', headers: { ...wrong.headers, authorization: `Bearer ${await token()}` }, body: wrong.body,
  });
  assert.equal(answer.status, 422);
  assert.equal(answer.headers.get('content-type'), 'application/problem+json');
  const problem = await answer.json();
  assert.equal(problem.type, 'urn:voordeur:problem:wrong-contents');
  assert.deepEqual(problem.errors.map(({ pointer }) => pointer), ['/data/records/0/values/amount']);

  const foreign = HTTP.structured(new CloudEvent(event('100')));
  assert.match(await send(foreign, await token('rdw')), /^403 .*"\/source".*"\/data\/register"/);
  assert.match(await send(foreign, 'nonsense'), /^401 /);
});
