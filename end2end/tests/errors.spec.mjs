// Pages that say no.

import { address, expect, LANGUAGES, screenshot, sideways, test, words } from '../browser.mjs';

for (const language of LANGUAGES) {
  const nowhere = address(language, '/bestaat-niet');
  test(`${nowhere} says in the right language that it does not exist, with a number to quote`, { tag: '@twice' }, async ({ page }) => {
    const answer = await page.goto(nowhere);
    expect(answer.status()).toBe(404);
    await expect(page.locator('html')).toHaveAttribute('lang', language);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(words[language].error.not_found);
    await expect(page.getByRole('main')).toContainText(answer.headers()['x-request-number']);
    await screenshot(page, address(language, '/404'));
    await expect(page.getByRole('link', { name: words[language].error.home })).toHaveAttribute('href', address(language, '/'));
  });
}

for (const [visitor, home, ...paths] of [
  ['citizen', '/mijn', '/balie'], ['business', '/mijn', '/balie', '/mijn/gegevens/brp'], ['staff', '/balie', '/mijn', '/mijn/gegevens'],
]) {
  test.describe(`logged in as ${visitor}`, { tag: '@twice' }, () => {
    test.use({ visitor });
    for (const path of paths) {
      test(`${path} is refused, with the visitor's own header and way on`, async ({ page }) => {
        const answer = await page.goto(path);
        expect(answer.status()).toBe(403);
        await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.nl.error.forbidden);
        await expect(page.getByRole('main')).toContainText(answer.headers()['x-request-number']);
        await expect(page.locator('header form[action="/uitloggen"]')).toHaveCount(1);
        await screenshot(page, `/403-${visitor}`);
        await expect(page.getByRole('link', { name: words.nl.error.home })).toHaveAttribute('href', home, { timeout: 1_000 });
      });
    }
  });
}

test.describe('logged in as citizen', { tag: '@twice' }, () => {
  test.use({ visitor: 'citizen' });

  test('a page that does not exist says so under the own header', async ({ page }) => {
    const answer = await page.goto('/mijn/gegevens/bestaat-niet');
    expect(answer.status()).toBe(404);
    await expect(page.locator('header form[action="/uitloggen"]')).toHaveCount(1);
    await expect(page.getByRole('link', { name: words.nl.error.home })).toHaveAttribute('href', '/mijn');
  });

  test('a form on another site logs nobody out', async ({ page, baseURL }) => {
    await page.route('http://elsewhere.example/', (route) => route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><form method="post" action="${baseURL}/uitloggen"><button>Win</button></form>`,
    }));
    await page.goto('http://elsewhere.example/');
    await page.getByRole('button', { name: 'Win' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.nl.error.forbidden);
    await page.goto('/mijn');
    await expect(page).toHaveURL('/mijn');
  });

  test('a page can be read without its stylesheet', async ({ page, complaints }) => {
    await page.route('**/*.css', (route) => route.abort('blockedbyclient'));
    await page.goto('/mijn/gegevens/brp');
    for (const heading of await page.getByRole('main').getByRole('heading').all()) await expect(heading).toBeVisible();
    const pictures = await page.locator('svg').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().width));
    expect(Math.max(...pictures), 'no picture fills the page').toBeLessThanOrEqual(300);
    expect(await sideways(page)).toEqual([]);
    await screenshot(page, '/mijn/gegevens/brp-zonder-stijl');
    complaints.length = 0;
    await page.unroute('**/*.css');
    await page.reload();
  });
});
