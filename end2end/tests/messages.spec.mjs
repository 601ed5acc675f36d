// How one is told: an address that a code proves, choices that are kept, what was sent and read when, and a badge that follows.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, findings, logIn, PEOPLE, screenshot, sideways, test, words } from '../browser.mjs';

const { messages } = words.nl;
const FOLDER = process.env.VOORDEUR__MAIL__FOLDER;

/** What is chosen stays chosen, so each project chooses for somebody of its own. */
const WHO = {
  desktop: 'Willem de Boer',
  phone: 'Fatima El Amrani',
  'desktop-without-script': 'Soraya Lammers',
  'phone-without-script': 'Henk Dijkstra',
};

async function see(page, name) {
  await screenshot(page, `/${name}`);
  expect(await findings(page)).toEqual([]);
  expect(await sideways(page)).toEqual([]);
}

/** The newest mail to an address, without the line ends of quoted-printable. */
function mailTo(address) {
  const files = readdirSync(FOLDER).map((name) => join(FOLDER, name));
  const newest = files.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  const mails = newest.map((file) => readFileSync(file, 'utf8').replace(/=\r\n/g, ''));
  return mails.find((mail) => mail.includes(`To: ${address}`));
}

test('an address is used once its code was typed, and choices are kept', async ({ page }, info) => {
  test.slow();
  const { bsn } = PEOPLE.find(({ name }) => name === WHO[info.project.name]);
  const address = `${info.project.name}@example.nl`;
  await logIn(page, { person: bsn });
  const main = page.getByRole('main');
  await page.goto('/mijn/berichten');
  await main.getByRole('link', { name: messages.preferences_link }).click();
  await expect(page).toHaveURL('/mijn/voorkeuren');
  await see(page, 'mijn-voorkeuren');

  await page.goto('/mijn/voorkeuren/e-mail/1');
  await main.getByLabel(messages.address_label).fill('geen adres');
  await main.getByRole('button', { name: messages.send_code }).click();
  await expect(page.locator('.voordeur-errors')).toBeVisible();
  await expect(main.getByLabel(messages.address_label)).toHaveValue('geen adres');
  await see(page, 'mijn-voorkeuren-mistake');
  await main.getByLabel(messages.address_label).fill(address);
  await main.getByRole('button', { name: messages.send_code }).click();
  await expect(page).toHaveURL('/mijn/voorkeuren/e-mail/1/code');
  await see(page, 'mijn-voorkeuren-code');
  const [, code] = mailTo(address).match(/Uw code is (\d{6})/);
  await main.getByLabel(messages.code_label).fill(code);
  await main.getByRole('button', { name: messages.confirm }).click();
  await expect(main).toContainText(address);
  await expect(main).toContainText(messages.saved);

  await main.getByLabel(messages.topic_offers).uncheck();
  await main.getByRole('button', { name: messages.save }).click();
  await expect(main.getByLabel(messages.topic_offers)).not.toBeChecked();
  await see(page, 'mijn-voorkeuren-saved');

  await page.goto('/mijn/berichten');
  await main.getByRole('link', { name: /^Verstuurd en gelezen/ }).first().click();
  await expect(main).toContainText(messages.proof_placed);
  await see(page, 'mijn-berichten-bewijs');
});

test('what is read in one window is read in another', { tag: '@with-script' }, async ({ page, context }) => {
  await logIn(page, { person: PEOPLE.find(({ name }) => name === 'Ingrid Bakker').bsn });
  await page.goto('/mijn');
  const badge = page.locator('#ongelezen');
  const other = await context.newPage();
  await other.goto('/mijn/berichten');
  await expect(badge).toBeHidden({ timeout: 15_000 });
  await expect(page.locator('#nieuws')).toBeEmpty();
});
