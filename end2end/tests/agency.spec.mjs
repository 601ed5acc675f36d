// An agency with a system of its own: it gets what a citizen sends, and the citizen follows what it does, up to an objection in time.

import { agency } from '../agency/client.mjs';
import { expect, findings, logIn, PEOPLE, screenshot, sideways, test, words } from '../browser.mjs';

/** A choice stays made, so each project has somebody of its own who is offered zorgtoeslag. */
const APPLICANTS = {
  desktop: 'Saskia Meijer',
  phone: 'Mila Brandsma',
  'desktop-without-script': 'Johanna Mulder',
  'phone-without-script': 'Gerrit van Dam',
};

const said = words.nl.cases;
const WAIT = { timeout: 20_000 };

test.skip(!process.env.AGENCY, 'there is no agency');

async function see(page, name) {
  await screenshot(page, `/agency-${name}`);
  expect(await findings(page)).toEqual([]);
  expect(await sideways(page)).toEqual([]);
}

/** Comes back to the page until it says so; with script it may say so by itself. */
async function saysSoon(page, address, text) {
  await expect(async () => {
    await page.goto(address);
    await expect(page.getByRole('main')).toContainText(text, { timeout: 500 });
  }).toPass(WAIT);
}

test('an accepted offer goes to the agency, which asks, pauses and decides; the citizen follows it and objects', async ({ page }, info) => {
  test.setTimeout(120_000);
  const { bsn } = PEOPLE.find(({ name }) => name === APPLICANTS[info.project.name]);
  const main = page.getByRole('main');
  const send = () => page.locator('main form button.nl-button--primary').first().click();
  await logIn(page, { person: bsn });

  // Yes to what is offered.
  await page.goto('/mijn/aanbod/zorgtoeslag/2026-01-01/ja');
  await page.locator('main form input[name="vraag-iban"]').fill('NL91 ABNA 0417 1643 00');
  await send();
  await send();
  await expect(page).toHaveURL(/\/bewijs$/);
  await page.goto('/mijn/zaken');
  await main.getByRole('link', { name: /Zorgtoeslag/ }).first().click();
  await expect(page).toHaveURL(/\/mijn\/zaken\/[0-9A-Z-]+$/);
  const home = new URL(page.url()).pathname;
  const reference = home.split('/').pop();
  await see(page, 'received');

  // The agency has it.
  const [submitted] = await agency.received(reference, 1);
  expect(submitted).toMatchObject({ kind: 'submitted', subject: reference, data: { bsn, service: 'zorgtoeslag', kind: 'application' } });
  expect(submitted.source).toMatch(/^urn:nld:oin:\d{20}$/);
  expect(JSON.stringify(submitted.data.answers)).toContain('NL91ABNA0417164300');
  const about = { bsn, case: submitted.data.case };

  // It asks something, and the clock stands still.
  await agency.tell('status-set', { ...about, words: { nl: 'Wij controleren uw inkomen.', en: 'We check your income.' }, stage: 'in_treatment' });
  const question = 'Wat was uw inkomen in oktober?';
  const inTwoWeeks = new Date(Date.now() + 14 * 86_400_000).toISOString().slice(0, 10);
  await agency.tell('question-asked', { ...about, words: { nl: question, en: 'What was your income in October?' }, answer_by: inTwoWeeks, pauses: true });
  await saysSoon(page, home, question);
  await expect(main).toContainText('Wij controleren uw inkomen.');
  await expect(main).toContainText(said.clock_stands);
  await see(page, 'asked');
  await page.goto('/mijn/berichten');
  await expect(main.locator(`a[href$="${home}"]`).first()).toBeVisible();

  // The citizen answers, with a document, which the agency fetches.
  await page.goto(home);
  await main.getByRole('link', { name: said.answer, exact: true }).click();
  await page.locator('main form textarea').fill('In oktober was het € 1.900.');
  const letter = { name: 'loonstrook.txt', mimeType: 'text/plain', buffer: Buffer.from('Loon oktober: € 1.900.') };
  await page.locator('main form input[type="file"]').first().setInputFiles(letter);
  await see(page, 'answer');
  await send();
  await expect(page).toHaveURL(new RegExp(`${home}(\\?|$)`));
  await expect(main).toContainText('In oktober was het € 1.900.');
  const [, answered] = await agency.received(reference, 2);
  expect(answered).toMatchObject({ kind: 'answered', data: { text: 'In oktober was het € 1.900.' } });
  expect(await agency.document(about.case, answered.data.documents[0])).toEqual({ status: 200, type: 'text/plain; charset=utf-8', size: 24 });

  // It waits for somebody else, and then decides.
  await agency.tell('paused', { ...about, words: { nl: 'Wij wachten op uw werkgever.' } });
  await saysSoon(page, home, 'Wij wachten op uw werkgever.');
  await expect(main).toContainText(said.clock_stands);
  await see(page, 'paused');
  await agency.tell('resumed', about);
  const today = new Date().toLocaleDateString('en-CA', { timeZone: 'Europe/Amsterdam' });
  const reasons = 'U krijgt minder dan u vroeg, omdat uw inkomen in oktober hoger was.';
  await agency.tell('decision-taken', {
    ...about,
    outcome: 'partly',
    reasons,
    grounds: { law: 'Wet op de zorgtoeslag art. 2', month: 9_900, facts: { income_year: 2_280_000 } },
    decided_on: today,
    documents: [await agency.letter('Beschikking zorgtoeslag.pdf', 'Beschikking zorgtoeslag 2026')],
  });
  await saysSoon(page, home, said.read_decision);
  await see(page, 'decided');
  await page.goto(`${home}/besluit`);
  await expect(main).toContainText(reasons);
  await expect(main).toContainText('Wet op de zorgtoeslag art. 2');
  await see(page, 'decision');
  const coming = page.waitForEvent('download');
  await main.locator('a[href*="/documenten/"]').first().click();
  const download = await coming;
  expect(download.suggestedFilename()).toBe('Beschikking zorgtoeslag.pdf');
  const parts = [];
  for await (const part of await download.createReadStream()) parts.push(part);
  expect(Buffer.concat(parts).toString('latin1')).toMatch(/^%PDF-1\.4[^]*Beschikking zorgtoeslag 2026[^]*%%EOF\n$/);

  // In time, the citizen objects, which makes a case of its own that the agency gets.
  await page.goto(`${home}/bezwaar`);
  await page.locator('main form textarea').first().fill('Mijn inkomen in oktober was eenmalig hoger.');
  await see(page, 'objection');
  await send();
  await expect(page).toHaveURL(/\/mijn\/zaken\/[0-9A-Z-]+(\?|$)/);
  const objection = new URL(page.url()).pathname.split('/').pop();
  expect(objection).not.toBe(reference);
  const [objected] = await agency.received(objection, 1);
  expect(objected).toMatchObject({ data: { bsn, kind: 'objection' } });
  expect(JSON.stringify(objected.data)).toContain('Mijn inkomen in oktober was eenmalig hoger.');

  await agency.tell('finished', about);
  await saysSoon(page, home, said.event_finished);
  await see(page, 'done');
});
