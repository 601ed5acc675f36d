// The official BRP test set, where it was imported.

import { expect, goToProvider, identify, logIn, screenshot, sideways, test, words } from '../browser.mjs';

test.skip(!process.env.VOORDEUR_TESTSET, 'the official test set was not imported');

test('Suzanne Moulin sees her addresses with their periods, her parents and her partner', { tag: '@twice' }, async ({ page }) => {
  await logIn(page, { bsn: '999993653' });
  await page.goto('/mijn/gegevens/brp');
  const main = page.getByRole('main');
  const lives = main.getByRole('region', { name: 'Waar u woont' });
  await lives.getByText(words.nl.registered_data.earlier_addresses_one).click();
  await expect(lives).toContainText('Boterdiep 31');
  await expect(lives).toContainText('sinds 8 augustus 2015');
  await expect(lives.getByRole('listitem')).toHaveText('Vredesplein 7, 3074 SN Rotterdam: 2 november 2013 tot 8 augustus 2015');
  const family = main.getByRole('region', { name: 'Uw familie' });
  await expect(family).toContainText('Lisette Béamont, geboren 1 december 1956');
  await expect(family).toContainText('Guîllaumé Moulin, geboren 3 april 1955');
  await expect(family).toContainText('Jean Marie Beaudelaire, geboren 1 augustus 1976');
  await expect(family).toContainText('1 december 2008 in Thann');
  // Her nationality has been hers since 00000000.
  await expect(main.getByRole('region', { name: 'Nationaliteit en verblijf' })).toContainText(words.nl.registered_data.since_unknown);
  expect(await page.content()).not.toMatch(/\b99999\d{4}\b/);
  await screenshot(page, '/mijn/gegevens/brp-suzanne-moulin');
});

for (const bsn of ['999992788', '999991425', '999994724', '999995133', '999995923']) {
  test(`${bsn}, which two people have, opens nobody's data`, { tag: '@once' }, async ({ page }) => {
    await goToProvider(page);
    await identify(page, { bsn });
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.nl.identity.two_people);
    await expect(page.getByRole('main')).toContainText(words.nl.identity.two_people_text);
    await page.goto('/mijn/gegevens/brp');
    await expect(page).toHaveURL(/\/inloggen\?terug=/);
  });
}

test('the desk shows its own lists that share a BSN, without that BSN', { tag: '@twice' }, async ({ page }) => {
  await logIn(page, { name: 'Bo de Wit', role: 'caseworker', organisation: 'gemeente-0518' }, { door: 'medewerker' });
  await expect(page.getByRole('main')).toContainText("Gemeente 's-Gravenhage");
  const rows = page.getByRole('row').filter({ has: page.getByRole('cell') });
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText(/\d{10}/);
  expect(await page.content()).not.toMatch(/\b99999\d{4}\b/);
  expect(await sideways(page)).toEqual([]);
  await screenshot(page, '/balie-dubbel');
});
