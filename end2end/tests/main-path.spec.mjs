// What one comes for: log in, see one's data, see who looked, log out.

import {
  address, expect, findings, LANGUAGES, logIn, logOut, openMenu, PAGES, screenshot, test, VISITORS, words,
} from '../browser.mjs';

const { about, identity, registered_data: data, shell, usage } = words.nl;

/** Every page on the way is looked at as the last one is. */
async function see(page, path) {
  await expect(page).toHaveURL(path);
  await screenshot(page, path);
  expect(await findings(page)).toEqual([]);
}

test('a citizen logs in, sees their data with its history and who looked, and logs out', async ({ page }) => {
  test.slow();
  await page.goto('/');
  await page.getByRole('link', { name: about.log_in.replace('{{provider}}', 'DigiD') }).click();
  await page.getByRole('button', { name: identity.log_in_with.replace('{{provider}}', 'DigiD') }).click();
  await page.getByRole('radio', { name: 'Ingrid Bakker' }).check();
  await page.getByRole('button', { name: 'Inloggen' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Ingrid');
  await see(page, '/mijn');

  await openMenu(page);
  await page.getByRole('navigation', { name: shell.main_navigation }).getByRole('link', { name: shell.data }).click();
  await see(page, '/mijn/gegevens');

  await page.getByRole('main').getByRole('link', { name: 'Persoonsgegevens' }).click();
  const main = page.getByRole('main');
  await expect(main).toContainText('Voorbeeldstraat 12');
  await expect(main).toContainText('sinds 1 maart 2014');
  await expect(main).toContainText('Cornelis Johannes Visser');
  await expect(main.getByText('Proefplein 88')).toBeHidden();
  await main.getByText(data.earlier_addresses_one).click();
  await expect(main.getByText('Proefplein 88')).toBeVisible();
  await see(page, '/mijn/gegevens/brp');

  await page.getByRole('contentinfo').getByRole('link', { name: shell.who_looked }).click();
  await expect(main).toContainText(usage.view);
  await expect(main).toContainText(usage.by_you);
  await main.getByText(usage.more).first().click();
  await see(page, '/mijn/inzage');

  await openMenu(page);
  await page.getByRole('banner').getByRole('link', { name: shell.other_language }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.en.usage.title);
  await see(page, '/en/mijn/inzage');
  await openMenu(page);
  await page.getByRole('banner').getByRole('link', { name: words.en.shell.other_language }).click();
  await expect(page).toHaveURL('/mijn/inzage');

  await logOut(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(identity.logged_out);
  await see(page, '/uitgelogd');
});

test('after logging out, the back button shows no data', async ({ page }) => {
  await logIn(page, 'citizen');
  await page.goto('/mijn/gegevens/brp');
  await expect(page.getByRole('main')).toContainText('Voorbeeldstraat 12');
  await logOut(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(identity.logged_out);
  for (let steps = 0; steps < 4; steps += 1) {
    await page.goBack();
    await expect(page.locator('body')).not.toContainText('Voorbeeldstraat');
    await expect(page.locator('body')).not.toContainText('Bakker,');
    if (new URL(page.url()).pathname === '/inloggen') break;
  }
});

test('who logs in from an English page goes on in English', async ({ page }) => {
  await logIn(page, 'citizen', { language: 'en' });
  await expect(page).toHaveURL('/en/mijn');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(page.getByRole('button', { name: words.en.shell.log_out, includeHidden: true }).first()).toBeAttached();
});

for (const visitor of Object.keys(VISITORS)) {
  test.describe(`logged in as ${visitor}`, () => {
    test.use({ visitor });
    for (const language of LANGUAGES) {
      for (const path of PAGES[visitor]) {
        const here = address(language, path);
        test(`${here} is a page in the right language with one heading and no BSN`, async ({ page }) => {
          const answer = await page.goto(here);
          expect(answer.status()).toBe(200);
          await expect(page.locator('html')).toHaveAttribute('lang', language);
          await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
          expect(answer.headers()['cache-control']).toBe('no-store');
          expect(await answer.text()).not.toMatch(/\b9002\d{5}\b/);
          await screenshot(page, `${here}-${visitor}`);
        });
      }
    }
  });
}

test.describe('of all pages', () => {
  test.use({ visitor: 'citizen' });
  test('no two have the same title', { tag: '@once' }, async ({ page }) => {
    for (const language of LANGUAGES) {
      const titles = [];
      for (const path of [...PAGES.nobody, ...PAGES.citizen]) {
        await page.goto(address(language, path));
        titles.push(await page.title());
      }
      expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
    }
  });
});

test('a member of staff comes to the desk', async ({ page }) => {
  await logIn(page, 'staff');
  await expect(page).toHaveURL('/balie');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.nl.desk.title);
  await expect(page.getByRole('main')).toContainText('Gemeente Rotterdam');
  await logOut(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(identity.logged_out);
});

test('a business comes to its own page', async ({ page }) => {
  await logIn(page, 'business');
  await expect(page).toHaveURL('/mijn');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(data.business);
  await logOut(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(identity.logged_out);
});
