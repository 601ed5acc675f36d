// What people say reaches the desk: a complaint is said, taken, answered from a template, and becomes an improvement.

import { expect, findings, identify, goToProvider, screenshot, sideways, test, words } from '../browser.mjs';

const { desk_feedback: desk, feedback, insights } = words.nl;

/** Each project has an organisation of its own, so that one queue is not everybody's. */
const ORGANISATIONS = {
  desktop: 'gemeente-0014',
  phone: 'gemeente-0344',
  'desktop-without-script': 'gemeente-0363',
  'phone-without-script': 'gemeente-0080',
};

async function logIn(page, organisation) {
  await goToProvider(page, { door: 'medewerker' });
  await identify(page, { name: 'Bo de Wit', role: 'caseworker', organisation });
  await page.waitForURL((url) => url.origin === process.env.PORTAL);
}

async function see(page, name) {
  await screenshot(page, `/${name}`);
  expect(await findings(page)).toEqual([]);
  expect(await sideways(page)).toEqual([]);
}

test('a complaint without logging in is answered at the desk', async ({ page, browser }, info) => {
  test.slow();
  const organisation = ORGANISATIONS[info.project.name];
  const said = `Ik wachtte een uur aan de balie (${info.project.name}).`;
  const visitor = await browser.newContext();
  const form = await visitor.newPage();
  await form.goto(`${process.env.PORTAL}/feedback/klacht?organisatie=${organisation}`);
  const sheet = form.getByRole('main');
  await sheet.getByLabel(feedback.complaint_label).fill(said);
  await sheet.getByRole('button', { name: feedback.next }).click();
  await sheet.getByLabel(feedback.answer_yes).check();
  await sheet.getByLabel(feedback.name, { exact: true }).fill('T. Proef');
  await sheet.getByLabel(feedback.email, { exact: true }).fill('proef@example.org');
  // A visitor who is a program is quicker than this.
  await form.waitForTimeout(3500);
  await sheet.getByRole('button', { name: feedback.send, exact: true }).click();
  await expect(form).toHaveURL(/\/ontvangst$/);
  await visitor.close();

  await logIn(page, organisation);
  await page.goto('/balie/reacties?soort=klacht');
  const main = page.getByRole('main');
  await see(page, 'balie-reacties');
  await main.locator('.voordeur-queue a').first().click();
  await main.getByRole('button', { name: desk.take }).click();
  await expect(main.getByRole('status')).toContainText(desk.done_take);
  await see(page, 'balie-feedback');

  await main.getByRole('link', { name: desk.act_note }).click();
  await main.getByRole('button', { name: desk.note_go }).click();
  await expect(page.locator('.voordeur-errors')).toContainText(desk.no_text);
  await see(page, 'balie-feedback-note-mistake');
  await main.getByLabel(desk.note, { exact: true }).fill('Gebeld met de balie.');
  await main.getByRole('button', { name: desk.note_go }).click();
  await expect(main.getByRole('status')).toContainText(desk.done_note);

  await main.getByRole('link', { name: desk.act_answer }).click();
  await see(page, 'balie-feedback-outcome');
  await main.getByRole('link', { name: desk.founded, exact: true }).click();
  await main.getByRole('button', { name: desk.answer_go }).click();
  await expect(page.locator('.voordeur-errors')).toContainText('[Wat er misging]');
  await see(page, 'balie-feedback-unfilled');
  const answer = main.getByLabel(desk.answer, { exact: true });
  await answer.fill((await answer.inputValue()).replace(/\[[^\]]+\]/g, 'Er was één loket open'));
  await main.getByRole('button', { name: desk.answer_go }).click();
  await expect(main.getByRole('status')).toContainText(desk.done);
  await expect(main).toContainText(desk.answered);
});

test('a theme becomes an improvement that is published', async ({ page }, info) => {
  await logIn(page, ORGANISATIONS[info.project.name]);
  await page.goto('/balie/inzichten');
  await see(page, 'balie-inzichten');
  await page.goto('/balie/inzichten/thema?categorie=waiting');
  const main = page.getByRole('main');
  await main.getByLabel(insights.name, { exact: true }).fill('Kortere wachttijden');
  await main.getByRole('button', { name: insights.start_go }).click();
  await expect(page.locator('.voordeur-errors')).toBeVisible();
  await see(page, 'balie-thema-mistake');
  await main.getByLabel(insights.you_said, { exact: true }).fill('U wacht te lang.');
  await main.getByRole('button', { name: insights.start_go }).click();
  await expect(main.getByRole('status')).toContainText(insights.done_start);
  await main.getByLabel(insights.we_did, { exact: true }).fill('Er zijn meer loketten open.');
  await main.getByRole('button', { name: insights.publish }).click();
  await expect(main.getByRole('status')).toContainText(insights.done_publish);
  await see(page, 'balie-verbetering');
});
