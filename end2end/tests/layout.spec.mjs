// Small windows, paper, dark and forced colours: nothing is lost.

import { address, expect, findings, LANGUAGES, openMenu, PAGES, PEOPLE, sideways, test } from '../browser.mjs';

const everyone = { nobody: undefined, citizen: 'citizen', business: 'business', staff: 'staff' };

/** Goes over all pages that somebody sees. */
async function overAll(page, who, look) {
  test.slow();
  const found = [];
  for (const language of LANGUAGES) {
    for (const path of PAGES[who]) {
      await page.goto(address(language, path));
      found.push(...await look());
    }
  }
  expect(found).toEqual([]);
}

for (const [who, visitor] of Object.entries(everyone)) {
  test.describe(`the pages of ${who}`, { tag: '@with-script' }, () => {
    test.use({ visitor });

    for (const [size, height, tag] of [['320 px', 640, '@phone'], ['1280 px enlarged to 400%', 256, '@desktop']]) {
      test(`fit in a window of ${size}`, { tag }, async ({ page }) => {
        await page.setViewportSize({ width: 320, height });
        await overAll(page, who, async () => {
          await openMenu(page);
          await page.locator('main details').evaluateAll((all) => all.forEach((details) => { details.open = true; }));
          return sideways(page);
        });
      });
    }

    test('have no findings in dark colours', async ({ page }) => {
      await page.emulateMedia({ colorScheme: 'dark' });
      await overAll(page, who, () => findings(page));
    });

    test('have no findings in forced colours', async ({ page }) => {
      await page.emulateMedia({ forcedColors: 'active' });
      // axe reads the colour of text from a property that Chromium tells without what was forced.
      await overAll(page, who, async () => [
        ...await findings(page, { 'color-contrast': { enabled: false } }), ...await unforced(page),
      ]);
      await page.emulateMedia({ forcedColors: 'none' });
    });

    test('are whole on paper', { tag: '@once' }, async ({ page }) => {
      await page.emulateMedia({ media: 'print' });
      await page.setViewportSize({ width: 720, height: 1040 });
      await overAll(page, who, async () => {
        await expect(page.locator('.voordeur-header')).toBeHidden();
        await expect(page.locator('.voordeur-footer')).toBeHidden();
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        return [...await sideways(page), ...await clipped(page)];
      });
      await page.emulateMedia({ media: null });
    });
  });
}

/** Text in another colour than the visitor's own. */
function unforced(page) {
  return page.evaluate(() => {
    const probe = document.body.appendChild(document.createElement('span'));
    const names = ['CanvasText', 'LinkText', 'VisitedText', 'ButtonText', 'FieldText', 'GrayText', 'HighlightText', 'SelectedItemText'];
    const colours = new Set(names.map((name) => {
      probe.style.color = name;
      return getComputedStyle(probe).color;
    }));
    probe.remove();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, ({ data }) => (
      data.trim() ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT));
    const found = [];
    while (texts.nextNode()) {
      const { color } = getComputedStyle(texts.currentNode.parentElement);
      if (!colours.has(color)) found.push(`${location.pathname}: ${color}: ${texts.currentNode.data.trim()}`);
    }
    return found;
  });
}

/** Text that does not fit in what hides the rest. */
function clipped(page) {
  return page.evaluate(() => [...document.querySelectorAll('main *')].filter((element) => {
    const { overflowX, overflowY } = getComputedStyle(element);
    // A narrow table is cards, where each cell says its own heading.
    const hidden = element.matches('.voordeur-visually-hidden, .voordeur-table thead');
    return !hidden && ((overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1)
      || (overflowY !== 'visible' && element.scrollHeight > element.clientHeight + 1));
  }).map((element) => `${location.pathname}: ${element.outerHTML.slice(0, 120)}`));
}

test.describe('somebody with a very long name', { tag: '@with-script' }, () => {
  const { bsn } = PEOPLE.find(({ name }) => name.startsWith('Wilhelmina'));
  test.use({ visitor: { bsn } });

  test('has pages that fit, also in a small window', async ({ page }) => {
    for (const width of [page.viewportSize().width, 320]) {
      await page.setViewportSize({ width, height: 640 });
      await overAll(page, 'citizen', async () => {
        await openMenu(page);
        return sideways(page);
      });
    }
  });
});
