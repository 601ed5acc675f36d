// Whatever the agency does wrong, everything that a citizen does arrives there once and in order.
//
//   PORTAL=... IDENTITY_PROVIDER=... AGENCY=... node --test check.mjs

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { oneSession } from '../events/session.mjs';
import { agency } from './client.mjs';

const { PORTAL, AGENCY } = process.env;
const PEOPLE = JSON.parse(await readFile(new URL('../../catalogue/demo/people.json', import.meta.url), 'utf8'));
const { bsn } = PEOPLE.find(({ name }) => name === 'Joris Meijer');

/** A case that the agency brings in, as the citizen sees it. */
async function begin(session) {
  const title = `Herziening ${randomUUID()}`;
  const which = { bsn, source_id: title };
  await agency.tell('registered', { ...which, title: { nl: title }, received_on: new Date(Date.now() - 172_800_000).toISOString().slice(0, 10) });
  for (let tries = 0; tries < 50; tries += 1) {
    const list = await session.page('/mijn/zaken');
    // The last link before its title.
    const [before, rest] = list.split(title);
    const reference = rest && [...before.matchAll(/\/mijn\/zaken\/(\d{4}-[0-9A-Z]{4}-[0-9A-Z]{4})"/g)].at(-1)?.[1];
    if (reference) return { ...which, reference };
    await new Promise((later) => { setTimeout(later, 200); });
  }
  throw new Error('the case does not come');
}

test('away, 500, busy, slow, lost on the way back, taken twice: each question arrives once, and in order', { timeout: 240_000 }, async () => {
  const session = await oneSession(PORTAL, bsn);
  const { reference } = await begin(session);
  const asked = [];
  for (const mode of ['away', 'error', 'busy', 'slow', 'lost', 'twice']) {
    await agency.fail({ mode, subject: reference });
    for (const number of [1, 2]) {
      asked.push(`Vraag ${number}, terwijl het systeem zo doet: ${mode}`);
      await session.send(`/mijn/zaken/${reference}/vraag`, { tekst: asked.at(-1) });
    }
    await agency.received(reference, asked.length, 60);
  }
  const { events, times, refused } = await agency.log(reference);
  assert.deepEqual(events.map(({ kind, data }) => [kind, data.text]), asked.map((text) => ['enquired', text]));
  const more = events.filter(({ source, id }) => times[`${source} ${id}`] > 1).map(({ data }) => data.text.split(': ')[1]);
  assert.deepEqual(more, ['slow', 'lost', 'twice'], 'these came more than once, and were known by their id');
  assert.deepEqual(refused, []);
});

test('an event that is not the portal\'s, or was changed on its way, is refused', async () => {
  const before = (await agency.log()).refused.length;
  const headers = { 'content-type': 'application/cloudevents+json', 'content-digest': 'sha-256=:AAAA:', signature: 'x=:AAAA:', 'signature-input': 'x=()' };
  const answer = await fetch(`${AGENCY}/voordeur`, { method: 'POST', headers, body: '{}' });
  assert.equal(answer.status, 401);
  assert.equal((await agency.log()).refused.length, before + 1);
});

test('a status that comes twice and late is one outcome', async () => {
  const session = await oneSession(PORTAL, bsn);
  const { reference } = await begin(session);
  const status = (nl, minutes) => ({
    bsn, reference, words: { nl }, stage: 'in_treatment', at: new Date(Date.now() - minutes * 60_000).toISOString(),
  });
  const latest = status('Wij rekenen het na.', 1);
  for (const data of [latest, latest, status('Wij lezen uw brief.', 5)]) await agency.tell('status-set', data);
  await agency.tell('replied', { bsn, reference, text: 'Dit was het laatste.' });
  let page = '';
  for (let tries = 0; tries < 50 && !page.includes('Dit was het laatste.'); tries += 1) {
    page = await session.page(`/mijn/zaken/${reference}`);
    await new Promise((later) => { setTimeout(later, 200); });
  }
  assert.equal((await session.page('/mijn/zaken')).includes(reference), true);
  assert.ok(page.includes('Wij lezen uw brief.'), 'it is in the timeline');
  assert.equal(page.split('Dit was het laatste.').length, 2);
});
