// Saying what one thinks: logged in and not, with what may help on the way, a receipt, following it, and ideas that others support.

import { expect, findings, logIn, PEOPLE, screenshot, sideways, test, words } from '../browser.mjs';

const { feedback, shell } = words.nl;

/** What is said stays said, so each project says it as somebody of its own. */
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

test('a visitor complains, keeps the link and follows it', async ({ page }) => {
  test.slow();
  const main = page.getByRole('main');
  await page.goto('/feedback');
  await main.getByRole('link', { name: feedback.complaint }).click();
  await expect(page).toHaveURL('/feedback/klacht');
  await main.getByRole('button', { name: feedback.next }).click();
  await expect(page.locator('.voordeur-errors')).toBeVisible();
  await see(page, 'feedback-klacht-mistake');

  const text = 'Ik werd drie keer doorverbonden en niemand wist iets.';
  await main.getByLabel(feedback.complaint_label).fill(text);
  await main.getByLabel(feedback.wish_label).fill('Bel mij terug als u dat belooft.');
  await main.getByLabel(feedback.receiver).selectOption('svb');
  await main.getByRole('button', { name: feedback.next }).click();
  await expect(main).toContainText(text);
  await main.getByLabel(feedback.answer_yes).check();
  await main.getByLabel(feedback.name, { exact: true }).fill('Jan Proef');
  await main.getByLabel(feedback.email, { exact: true }).fill('geen adres');
  // A visitor who is a program is quicker than this.
  await page.waitForTimeout(3500);
  await main.getByRole('button', { name: feedback.send, exact: true }).click();
  await expect(page.locator('.voordeur-errors')).toBeVisible();
  await expect(main.getByLabel(feedback.name, { exact: true })).toHaveValue('Jan Proef');
  await see(page, 'feedback-klacht-check');
  await main.getByLabel(feedback.email, { exact: true }).fill('jan@voorbeeld.example');
  await main.getByRole('button', { name: feedback.send, exact: true }).click();
  await expect(page).toHaveURL(/\/feedback\/volgen\/[\w-]+\/ontvangst$/);
  await expect(main).toContainText(feedback.keep_link);
  await see(page, 'feedback-ontvangst');

  await main.getByRole('link', { name: feedback.follow, exact: true }).click();
  await expect(main).toContainText(feedback.acknowledged);
  await main.getByRole('link', { name: feedback.add, exact: true }).click();
  await main.getByLabel(feedback.add_label).fill('Het was op een dinsdag.');
  await main.getByRole('button', { name: feedback.send, exact: true }).click();
  await expect(main).toContainText(feedback.did_add);
  await expect(main).toContainText('Het was op een dinsdag.');
  await see(page, 'feedback-volgen');
  await main.getByRole('link', { name: feedback.withdraw, exact: true }).click();
  await main.getByRole('button', { name: feedback.withdraw_button }).click();
  await expect(main).toContainText(feedback.did_withdraw);
});

test('a citizen asks something, is shown what may help, and finds it again', async ({ page }, info) => {
  test.slow();
  const main = page.getByRole('main');
  await logIn(page, { person: PEOPLE.find(({ name }) => name === WHO[info.project.name]).bsn });
  await page.goto('/feedback/vraag?dienst=zorgtoeslag');
  const question = 'Hoe maak ik bezwaar tegen een besluit over zorgtoeslag?';
  await main.getByLabel(feedback.question_label).fill(question);
  if (!info.project.name.endsWith('without-script')) {
    await expect(main.getByText(feedback.maybe)).toBeVisible();
  }
  await main.getByRole('button', { name: feedback.next }).click();
  await expect(main).toContainText(feedback.maybe);
  await see(page, 'feedback-vraag-check');
  await main.getByRole('button', { name: feedback.send, exact: true }).click();
  await expect(page).toHaveURL(/\/mijn\/feedback\/[\w-]+\/ontvangst$/);
  await page.goto('/mijn/feedback');
  await expect(main).toContainText('Hoe maak ik bezwaar');
  await see(page, 'mijn-feedback');
});

test('an idea is found and supported once', async ({ page }, info) => {
  const main = page.getByRole('main');
  await page.goto('/ideeen');
  await main.getByLabel(feedback.search).fill('straat kaart');
  await main.getByRole('button', { name: feedback.search_button, exact: true }).click();
  await main.getByRole('link', { name: /werk aan de straat/ }).click();
  await expect(main.getByRole('link', { name: feedback.log_in_to_support })).toBeVisible();
  await see(page, 'idee');
  const { pathname } = new URL(page.url());
  await logIn(page, { person: PEOPLE.find(({ name }) => name === WHO[info.project.name]).bsn });
  await page.goto(pathname);
  await main.getByRole('button', { name: feedback.do_support }).click();
  await expect(main).toContainText(feedback.you_support);
  await main.getByRole('button', { name: feedback.no_support }).click();
  await expect(main.getByRole('button', { name: feedback.do_support })).toBeVisible();
});

test('whoever finds a page unclear says so in two clicks', async ({ page }) => {
  await page.goto('/privacy');
  await page.getByRole('button', { name: shell.clear_no }).click();
  await expect(page.getByRole('main')).toContainText(feedback.clear_thanks);
  await see(page, 'feedback-pagina');
});
