// What one is entitled to: found, explained, chosen, tried out; and the desk that sees numbers.

import { expect, findings, logIn, PEOPLE, screenshot, sideways, test } from '../browser.mjs';

/** A choice stays made, so each project chooses for somebody of its own: all of them have a low income. */
const CHOOSERS = {
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

test('an offer is explained, accepted once, and shown with a receipt', async ({ page }, info) => {
  test.slow();
  const { bsn } = PEOPLE.find(({ name }) => name === CHOOSERS[info.project.name]);
  await logIn(page, { person: bsn });
  const main = page.getByRole('main');
  await expect(main).toContainText('Zorgtoeslag');
  await see(page, 'mijn-offers');

  await page.goto('/mijn/aanbod');
  await see(page, 'mijn-aanbod-list');
  await main.getByRole('link', { name: /Zorgtoeslag/ }).first().click();
  await expect(page).toHaveURL(/\/mijn\/aanbod\/zorgtoeslag\/2026-01-01$/);
  await expect(main).toContainText(/€\s\d+/);
  await expect(main).toContainText('Wet op de zorgtoeslag');
  for (const summary of await main.locator('details > summary').all()) await summary.click();
  await expect(main).toContainText('Standaardpremie');
  await see(page, 'mijn-aanbod-offer');

  await page.goto('/mijn/aanbod/zorgtoeslag/2026-01-01/ja');
  await page.locator('main form input[name="vraag-iban"]').fill('NL91 ABNA 0417 1643 01');
  await page.locator('main form button.nl-button--primary').first().click();
  await expect(page.locator('.voordeur-errors')).toBeVisible();
  await expect(page.locator('main form input[name="vraag-iban"]')).toHaveValue('NL91 ABNA 0417 1643 01');
  await expect(page).toHaveTitle(/^Fout: /);
  await see(page, 'mijn-aanbod-mistake');

  await page.locator('main form input[name="vraag-iban"]').fill('nl91abna0417164300');
  await page.locator('main form button.nl-button--primary').first().click();
  await expect(main).toContainText('NL91 ABNA 0417 1643 00');
  await see(page, 'mijn-aanbod-summary');
  await page.locator('main form button.nl-button--primary').first().click();
  await expect(page).toHaveURL(/\/bewijs$/);
  await see(page, 'mijn-aanbod-receipt');

  // Back, and again: it stays one application.
  await page.goto('/mijn/aanbod/zorgtoeslag/2026-01-01/ja');
  await expect(page.locator('main form input[name="vraag-iban"]')).toHaveCount(0);
  await page.goto('/mijn/berichten');
  await see(page, 'mijn-berichten-read');
});

test.describe('a citizen', () => {
  test.use({ visitor: 'citizen' });

  test('tries another income, and nothing of it is in the address', async ({ page }) => {
    await page.goto('/mijn/proefberekening');
    const income = page.locator('input[name="income_year"]');
    await income.fill('30.000');
    await page.locator('main form button.nl-button--primary').first().click();
    await expect(page).not.toHaveURL(/30/);
    await expect(income).toHaveValue('30.000');
    await expect(page.getByRole('main').locator('svg[role="img"]').first()).toBeVisible();
    await see(page, 'mijn-proefberekening-result');
    await income.fill('heel veel');
    await page.locator('main form button.nl-button--primary').first().click();
    await expect(page.locator('.voordeur-errors')).toBeVisible();
    await expect(income).toHaveValue('heel veel');
  });
});

test.describe('staff', () => {
  test.use({ visitor: 'staff' });

  test('sees numbers of services, and nobody', async ({ page }) => {
    await page.goto('/balie/diensten');
    await expect(page.getByRole('main')).toContainText('Stadspas');
    await see(page, 'balie-diensten-numbers');
  });
});
