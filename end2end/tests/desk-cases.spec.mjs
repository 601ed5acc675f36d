// What staff of an organisation without a system of its own do with a case: take it, ask, decide.

import { expect, findings, identify, goToProvider, screenshot, sideways, test, words } from '../browser.mjs';

const { desk_cases: desk } = words.nl;

/** What is decided stays so, and each project decides on a case of its own, of a municipality of its own. */
const CASES = {
  desktop: { organisation: 'gemeente-0014', reference: '2026-DEM0-0006' },
  phone: { organisation: 'gemeente-0344', reference: '2026-DEM0-0007' },
  'desktop-without-script': { organisation: 'gemeente-0363', reference: '2026-DEM0-0008' },
  'phone-without-script': { organisation: 'gemeente-0080', reference: '2026-DEM0-0009' },
};

async function logInAs(page, name, organisation) {
  await goToProvider(page, { door: 'medewerker' });
  await identify(page, { name, role: 'caseworker', organisation });
  await page.waitForURL((url) => url.origin === process.env.PORTAL);
}

async function see(page, name) {
  await screenshot(page, `/${name}`);
  expect(await findings(page)).toEqual([]);
  expect(await sideways(page)).toEqual([]);
}

test('a clerk takes a case, asks, and decides from a template that must be filled in', async ({ page }, info) => {
  test.slow();
  const { organisation, reference } = CASES[info.project.name];
  await logInAs(page, 'Bo de Wit', organisation);
  await page.goto('/balie/zaken');
  const main = page.getByRole('main');
  await main.getByRole('link', { name: new RegExp(reference) }).click();
  await expect(page).toHaveURL(`/balie/zaken/${reference}`);
  await expect(main).toContainText(desk.citizen_sees);
  await main.getByRole('button', { name: desk.take }).click();
  await expect(main.getByRole('status')).toContainText(desk.done_take);
  await see(page, 'balie-zaak-taken');

  await main.getByRole('link', { name: desk.act_ask }).click();
  await main.getByRole('button', { name: desk.ask_go }).click();
  await expect(page.locator('.voordeur-errors')).toContainText(desk.no_dutch);
  await see(page, 'balie-zaak-ask-mistake');
  await main.getByLabel(desk.ask, { exact: true }).fill('Wat is uw inkomen?');
  await main.getByRole('button', { name: desk.ask_go }).click();
  await expect(main.getByRole('status')).toContainText(desk.done_ask);
  await expect(main).toContainText('Wat is uw inkomen?');
  await see(page, 'balie-zaak-asked');

  await main.getByRole('link', { name: desk.act_decide }).click();
  await main.getByRole('link', { name: 'Toekennen' }).click();
  await main.getByRole('button', { name: desk.see_letter }).click();
  await expect(page.locator('.voordeur-errors')).toContainText('[jaar], [bedrag], [aantal]');
  await see(page, 'balie-zaak-unfilled');
  const reasons = main.getByLabel(desk.reasons, { exact: true });
  const filled = (await reasons.inputValue()).replace('[jaar]', '2026').replace('[bedrag]', '1.541,65').replace('[aantal]', 'twee');
  await reasons.fill(filled);
  await main.getByRole('button', { name: desk.see_letter }).click();
  await expect(main).toContainText('De pas komt binnen twee weken met de post.');
  await see(page, 'balie-zaak-letter');
  await main.getByRole('button', { name: desk.make_final }).click();
  await expect(main.getByRole('status')).toContainText(desk.done_decide);
  await see(page, 'balie-zaak-decided');
});

test('the queue leads to a case and its forms with the keyboard alone', { tag: '@twice' }, async ({ page }) => {
  await logInAs(page, 'Jo Vos', 'gemeente-0599');
  await page.goto('/balie/zaken');
  const first = page.locator('.voordeur-queue a').first();
  const tabTo = async (target) => {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press('Tab');
      if (await target.evaluate((element) => element === document.activeElement)) return;
    }
    throw new Error(`no Tab reaches ${target}`);
  };
  await tabTo(first);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/balie\/zaken\/2026-/);
  await tabTo(page.getByRole('main').getByRole('link', { name: desk.act_status }));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/status$/);
  await tabTo(page.getByRole('button', { name: desk.status_go }));
  await page.keyboard.press('Enter');
  await expect(page.locator('.voordeur-errors')).toBeVisible();
  await expect(page).toHaveTitle(/^Fout: /);
});

test('a colleague who comes second hears who has the case', { tag: '@once' }, async ({ page, browser }) => {
  await logInAs(page, 'An Smit', 'gemeente-0599');
  await page.goto('/balie/zaken/2026-DEM0-0001');
  const other = await browser.newContext({ baseURL: process.env.PORTAL });
  const second = await other.newPage();
  await logInAs(second, 'Jo Vos', 'gemeente-0599');
  await second.goto('/balie/zaken/2026-DEM0-0001');
  await page.getByRole('button', { name: desk.take }).click();
  await expect(page.getByRole('status')).toContainText(desk.done_take);
  await second.getByRole('button', { name: desk.take }).click();
  await expect(second.getByRole('alert')).toContainText('Deze zaak is bij An Smit');
  await other.close();
  await page.getByRole('button', { name: desk.release }).click();
  await expect(page.getByRole('status')).toContainText(desk.done_release);
});
