// The warning before a session ends.

import { expect, filled, screenshot, test, words } from '../browser.mjs';

const { shell } = words.nl;
const REMEMBERED = 'voordeur-session-ends';

test.use({ visitor: 'citizen' });

test.describe('the warning', { tag: '@with-script' }, () => {
  test.beforeEach(async ({ page }) => {
    await page.clock.install();
    await page.goto('/mijn');
    // The browser part has started.
    await page.waitForFunction((name) => localStorage.getItem(name), REMEMBERED);
    await page.evaluate(() => document.querySelector('main').insertAdjacentHTML('beforeend', '<label>Proef <input id="proef"></label>'));
    await page.locator('#proef').fill('wat ik typte');
    await expect(page.getByRole('dialog')).toBeHidden();
    await page.clock.fastForward('13:30');
    await expect(page.getByRole('dialog', { name: shell.session_soon })).toBeVisible();
  });

  test('opens two minutes before the end, counts down and has the focus', async ({ page }) => {
    await expect(page.locator('dialog :focus')).toHaveCount(1);
    const seconds = page.getByRole('timer').locator('b');
    const before = Number(await seconds.textContent());
    expect(before).toBeGreaterThan(60);
    expect(before).toBeLessThanOrEqual(120);
    await expect.soft(page.getByText(shell.session_over_text), 'the session is not over yet').toBeHidden();
    await page.clock.fastForward('00:20');
    await expect.poll(async () => before - Number(await seconds.textContent())).toBeGreaterThanOrEqual(20);
    await screenshot(page, '/mijn-waarschuwing');
  });

  for (const [way, answer] of [
    ['the button', (page) => page.getByRole('button', { name: shell.session_stay }).click()],
    ['Escape', (page) => page.keyboard.press('Escape')],
  ]) {
    test(`goes away by ${way}, which keeps one logged in and what was typed`, async ({ page }) => {
      const extended = page.waitForResponse((response) => new URL(response.url()).pathname === '/sessie', { timeout: 5_000 });
      await answer(page);
      expect((await extended).status()).toBe(204);
      await expect(page.getByRole('dialog')).toBeHidden();
      await page.clock.fastForward('05:00');
      await expect(page.getByRole('dialog')).toBeHidden();
      await expect(page.locator('#proef')).toHaveValue('wat ik typte');
    });
  }

  test('covers the page after the end, and offers to log in again in a new tab', async ({ page }) => {
    await page.clock.fastForward('02:00');
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByText(shell.session_over_text)).toBeVisible();
    await expect.soft(dialog.getByText(shell.session_soon_text)).toBeHidden();
    await expect.soft(dialog).toHaveAccessibleName(shell.session_over);
    await expect.soft(dialog.getByRole('link', { name: shell.session_again })).toBeFocused();
    const backdrop = await dialog.evaluate((element) => getComputedStyle(element, '::backdrop').backgroundColor);
    expect.soft(backdrop, 'nothing shines through').toMatch(/^rgb\(/);
    await page.keyboard.press('Escape');
    await page.clock.fastForward('00:05');
    await expect(dialog, 'Escape does not uncover the page').toBeVisible();
    const opened = page.waitForEvent('popup');
    await dialog.getByRole('link', { name: shell.session_again }).click();
    await expect(await opened).toHaveURL('/inloggen');
    await expect(page.locator('#proef')).toHaveValue('wat ik typte');
  });
});

test('without script the footer says until when one is logged in', { tag: '@without-script' }, async ({ page }) => {
  await page.goto('/mijn');
  await expect(page.getByRole('contentinfo')).toContainText(filled(shell.session_ends));
  await expect(page.getByRole('dialog')).toBeHidden();
});
