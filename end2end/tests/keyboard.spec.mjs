// From the first page to one's data by Tab, space and Enter alone.

import { expect, PEOPLE, test, words } from '../browser.mjs';

/** Tabs on until something has the focus. */
async function tabTo(page, target) {
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`no Tab reaches ${target}`);
}

test('one gets from the first page to the own data with the keyboard alone', async ({ page }) => {
  await page.goto('/');
  await tabTo(page, page.getByRole('main').getByRole('link').first());
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/inloggen');
  await tabTo(page, page.getByRole('main').getByRole('button').first());
  await page.keyboard.press('Enter');
  await page.waitForURL(`${process.env.IDENTITY_PROVIDER}/**`);
  await tabTo(page, page.getByRole('radio', { name: PEOPLE[0].name }));
  await page.keyboard.press('Space');
  await tabTo(page, page.getByRole('button', { name: 'Inloggen' }));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/mijn');
  const menu = page.locator('.voordeur-menu > summary');
  if (await menu.isVisible()) {
    await tabTo(page, menu);
    await page.keyboard.press('Enter');
  }
  const { shell } = words.nl;
  await tabTo(page, page.getByRole('navigation', { name: shell.main_navigation }).getByRole('link', { name: shell.data }));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/mijn/gegevens');
  await tabTo(page, page.getByRole('main').getByRole('link', { name: 'Persoonsgegevens' }));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/mijn/gegevens/brp');
});
