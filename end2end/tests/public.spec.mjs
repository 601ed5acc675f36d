// The pages for everybody: what they are, and that they ask nothing of a visitor.

import { address, expect, LANGUAGES, openMenu, PAGES, screenshot, test, words } from '../browser.mjs';

for (const language of LANGUAGES) {
  for (const path of PAGES.nobody) {
    const here = address(language, path);
    test(`${here} is a page in the right language with one heading`, async ({ page }) => {
      const answer = await page.goto(here);
      expect(answer.status()).toBe(200);
      await expect(page.locator('html')).toHaveAttribute('lang', language);
      await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
      await expect(page.getByRole('contentinfo')).toContainText(words[language].shell.accessibility);
      await screenshot(page, here);
    });
  }
}

test('the language switch stays on the page', async ({ page }) => {
  for (const path of PAGES.nobody) {
    await page.goto(path);
    for (const language of ['en', 'nl']) {
      await openMenu(page);
      await page.locator(`header a[hreflang="${language}"]`).click();
      await expect(page).toHaveURL(address(language, path));
      await expect(page.locator('html')).toHaveAttribute('lang', language);
    }
  }
});

test('the first Tab reaches the skip link, which goes to the content', async ({ page }) => {
  await page.goto('/privacy');
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: words.nl.shell.skip });
  await expect(skip).toBeFocused();
  const { x, y } = await skip.boundingBox();
  expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
});

test('a public page loads nothing but its style and its pictures', { tag: '@with-script' }, async ({ page }) => {
  const loaded = new Set();
  page.on('request', (request) => request.isNavigationRequest() || loaded.add(new URL(request.url()).pathname));
  // What one writes gets suggestions while typing; nothing else has a script.
  for (const path of PAGES.nobody.filter((path) => !path.startsWith('/feedback/'))) {
    await page.goto(path, { waitUntil: 'networkidle' });
    await expect(page.locator('script')).toHaveCount(0);
  }
  expect([...loaded].filter((path) => !/\.(css|svg)$/.test(path))).toEqual([]);
});

test('static files are compressed and kept for a year', { tag: '@once' }, async ({ request }) => {
  const files = await (await request.get('/files.json')).json();
  for (const path of Object.values(files)) {
    const answer = await request.get(path, { headers: { 'accept-encoding': 'br' } });
    expect.soft(answer.status(), path).toBe(200);
    expect.soft(answer.headers()['content-encoding'], path).toBe('br');
    // Only what browsers and crawlers ask for by a fixed name has no hash in it.
    const kept = ['/robots.txt', '/favicon.ico'].includes(path) ? /max-age=86400/ : /max-age=31536000, immutable/;
    expect.soft(answer.headers()['cache-control'], path).toMatch(kept);
  }
});
