// Following a case: the list, a case in each state the demo has, and what one sends with it.

import { expect, findings, logIn, screenshot, sideways, test, words } from '../browser.mjs';

/** Demo people with cases (`catalogue/demo/cases.json`): one is asked something, one waits for a late decision, one may object. */
const ASKED = { person: '900215677' };
const LATE = { person: '900210576' };
const DECIDED = { person: '900215537' };

const text = words.nl.cases;

async function see(page, name) {
  await screenshot(page, `/${name}`);
  expect(await findings(page)).toEqual([]);
  expect(await sideways(page)).toEqual([]);
}

/** Opens a case from the list by words in its row. */
async function open(page, row) {
  await page.goto('/mijn/zaken');
  await page.getByRole('main').getByRole('listitem').filter({ hasText: row }).getByRole('link').first().click();
  await expect(page).toHaveURL(/\/mijn\/zaken\/[0-9A-Z-]+$/);
}

test('a question comes first, and what was typed stays when it cannot be sent', async ({ page }) => {
  test.slow();
  await logIn(page, ASKED);
  const main = page.getByRole('main');
  await expect(main).toContainText('vraagt u iets');
  await page.goto('/mijn/zaken');
  await expect(main).toContainText(text.waiting);
  await see(page, 'mijn-zaken-list');
  await open(page, 'Antwoord uiterlijk');
  await expect(main).toContainText(text.to_do);
  for (const summary of await main.locator('details > summary').all()) await summary.click();
  await see(page, 'mijn-zaken-question');

  await main.getByRole('link', { name: text.answer, exact: true }).click();
  await see(page, 'mijn-zaken-answer');
  await main.locator('input[type="file"]').setInputFiles({
    name: 'afschrift.pdf', mimeType: 'application/pdf', buffer: Buffer.from('<html><script>alert(1)</script></html>'),
  });
  await main.getByLabel(text.your_answer).fill('Dit is mijn afschrift.');
  await main.locator('button[type="submit"]').click();
  await expect(page.locator('.voordeur-errors')).toBeVisible();
  await expect(page).toHaveTitle(/^Fout: /);
  await expect(main.getByLabel(text.your_answer)).toHaveValue('Dit is mijn afschrift.');
  await see(page, 'mijn-zaken-mistake');
});

test('a question with a document goes out and is in the timeline', async ({ page }, info) => {
  await logIn(page, ASKED);
  await open(page, 'Antwoord uiterlijk');
  const main = page.getByRole('main');
  const question = `Mag het ook een foto zijn? (${info.project.name})`;
  await main.getByRole('link', { name: text.ask_question }).first().click();
  await main.getByLabel(text.your_question).fill(question);
  const name = `foto-${info.project.name}.pdf`;
  const pdf = `%PDF-1.7\n%${info.project.name}\n%%EOF\n`;
  await main.locator('input[type="file"]').setInputFiles({ name, mimeType: 'application/pdf', buffer: Buffer.from(pdf) });
  await main.locator('button[type="submit"]').click();
  await expect(page.getByRole('status').filter({ hasText: text.did_enquire })).toBeVisible();
  await expect(main.locator('blockquote').filter({ hasText: question })).toHaveCount(1);
  await see(page, 'mijn-zaken-enquired');
  const [download] = await Promise.all([
    page.waitForEvent('download'), main.getByRole('link', { name }).last().click(),
  ]);
  expect(download.suggestedFilename()).toBe(name);
});

test('a late decision says what one can do about it', async ({ page }) => {
  await logIn(page, LATE);
  await open(page, 'Te laat');
  const main = page.getByRole('main');
  await see(page, 'mijn-zaken-late');
  await main.getByRole('link', { name: text.notice_link }).click();
  await expect(main).toContainText(text.notice_means);
  await expect(main).toContainText('€ 1.442'.replace(' ', '\u00a0'));
  await see(page, 'mijn-zaken-notice');
});

test('a decision says why, and one can object to it', async ({ page }) => {
  await logIn(page, DECIDED);
  await open(page, 'Bezwaar kan tot en met');
  const main = page.getByRole('main');
  await see(page, 'mijn-zaken-decided');
  await main.getByRole('link', { name: text.read_decision }).first().click();
  await expect(main.getByRole('heading', { level: 1 })).toHaveText(text.granted);
  await see(page, 'mijn-zaken-decision');
  await main.getByRole('link', { name: text.object, exact: true }).click();
  await main.locator('button[type="submit"]').click();
  await expect(page.locator('.voordeur-errors')).toContainText(text.wrong_grounds);
  await see(page, 'mijn-zaken-objection');
});
