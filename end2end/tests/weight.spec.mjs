// What a page weighs on its way to the browser.

import { get } from 'node:http';
import { brotliDecompressSync } from 'node:zlib';
import { address, expect, LANGUAGES, PAGES, test } from '../browser.mjs';

const PAGE_LIMIT = 40_000;
const SCRIPT_LIMIT = 60_000;

/** The bytes as they come over the wire. Playwright's own requests would unpack them. */
function fetched(path, { cookies = [] } = {}) {
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const headers = { accept: '*/*', 'accept-encoding': 'br', cookie };
  return new Promise((resolve, reject) => get(new URL(path, process.env.PORTAL), { headers }, async (response) => {
    const bytes = Buffer.concat(await response.toArray());
    resolve({ status: response.statusCode, coding: response.headers['content-encoding'], bytes });
  }).on('error', reject));
}

for (const [who, paths] of Object.entries(PAGES)) {
  test(`the pages of ${who} weigh at most 40 KB, style included`, { tag: '@once' }, async ({ sessions }) => {
    const state = who === 'nobody' ? {} : await sessions(who);
    for (const path of LANGUAGES.flatMap((language) => paths.map((path) => address(language, path)))) {
      const page = await fetched(path, state);
      expect.soft([page.status, page.coding], path).toEqual([200, 'br']);
      const html = brotliDecompressSync(page.bytes).toString();
      const styles = [...html.matchAll(/<link rel="stylesheet" href="([^"]+)"/g)].map(([, href]) => href);
      expect.soft(styles.length, path).toBeGreaterThan(0);
      const weights = await Promise.all(styles.map(async (style) => (await fetched(style)).bytes.length));
      expect.soft(weights.reduce((sum, weight) => sum + weight, page.bytes.length), path).toBeLessThanOrEqual(PAGE_LIMIT);
    }
  });
}

test.describe('logged in', { tag: '@once' }, () => {
  test.use({ visitor: 'citizen' });

  test('all script and wasm together weigh at most 60 KB', async ({ page }) => {
    const scripts = new Set();
    page.on('request', (request) => /\.(js|mjs|wasm)$/.test(request.url()) && scripts.add(new URL(request.url()).pathname));
    await page.goto('/mijn', { waitUntil: 'networkidle' });
    expect([...scripts].filter((path) => path.endsWith('.wasm'))).toHaveLength(1);
    let weight = 0;
    for (const path of scripts) {
      const { coding, bytes } = await fetched(path);
      expect(coding, path).toBe('br');
      weight += bytes.length;
    }
    expect(weight).toBeLessThanOrEqual(SCRIPT_LIMIT);
  });
});
