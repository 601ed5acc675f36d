// Asking to correct a value: from beside it, through a mistake and the summary, to the receipt; followed, and withdrawn.

import { expect, findings, logIn, screenshot, sideways, test, words } from '../browser.mjs';

/** Ruben Post; each kind of browser asks about a value of its own, as there is one request at a time for each. */
const PERSON = { person: '900214685' };
const VALUES = {
  desktop: { path: '/mijn/gegevens/woning/kale-huur/0', field: 'basic_rent_month', wrong: 'veel', right: '650', shown: '€ 650' },
  phone: { path: '/mijn/gegevens/vermogen/vermogen-op-1-januari/0', field: 'amount', wrong: '-', right: '1500', shown: '€ 1.500' },
  'desktop-without-script': { path: '/mijn/gegevens/gemeentebelasting/aanslag/0', field: 'amount_year', wrong: 'x', right: '300', shown: '€ 300' },
  'phone-without-script': { path: '/mijn/gegevens/inkomen/netto-per-maand/0', field: 'net_month', wrong: '?', right: '1500', shown: '€ 1.500' },
};

const text = words.nl.corrections;

async function see(page, name) {
  await screenshot(page, `/${name}`);
  expect(await findings(page)).toEqual([]);
  expect(await sideways(page)).toEqual([]);
}

test('a wrong value is asked to be corrected, with evidence, and the request can be followed and withdrawn', async ({ page }, info) => {
  test.slow();
  const { path, field, wrong, right, shown } = VALUES[info.project.name];
  await logIn(page, PERSON);
  const main = page.getByRole('main');
  await page.goto(path.split('/').slice(0, 4).join('/'));
  await main.locator(`a[href="${path}/klopt-niet"]`).click();
  await see(page, 'klopt-niet');

  await main.locator(`[name="${field}"]`).fill(wrong);
  await main.locator('[name="uitleg"]').fill('Hier ging iets mis. <b>Zie mijn bewijs</b>.');
  await main.locator('input[type="file"]').setInputFiles({
    name: 'bewijs.pdf', mimeType: 'application/pdf', buffer: Buffer.from(`%PDF-1.7\n%${info.project.name}\n%%EOF\n`),
  });
  await main.getByRole('button', { name: text.go_on, exact: true }).click();
  await expect(page.locator('.voordeur-errors')).toBeVisible();
  await expect(page).toHaveTitle(/^Fout: /);
  await expect(main.locator(`[name="${field}"]`)).toHaveValue(wrong);
  await expect(main).toContainText('bewijs.pdf');
  await see(page, 'klopt-niet-mistake');

  await main.locator(`[name="${field}"]`).fill(right);
  await main.getByRole('button', { name: text.go_on, exact: true }).click();
  await expect(page).toHaveURL(/\/klopt-niet\/controleren$/);
  await expect(main.locator('.voordeur-compare')).toContainText(shown.replace(' ', '\u00a0'));
  await expect(main).toContainText('<b>Zie mijn bewijs</b>');
  await see(page, 'klopt-niet-summary');

  await main.getByRole('button', { name: text.send, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(text.receipt_title);
  await see(page, 'correction-receipt');
  await page.goto(path.split('/').slice(0, 4).join('/'));
  await expect(main).toContainText('om een correctie');
  await see(page, 'data-asked');

  await page.goto('/mijn/correcties');
  await see(page, 'corrections');
  await page.goto(`${path}/klopt-niet`);
  await expect(page).toHaveURL(/\/mijn\/zaken\/[0-9A-Z-]+$/);
  await expect(main).toContainText(text.state_submitted);
  await see(page, 'correction-case');
  await main.getByRole('link', { name: words.nl.cases.withdraw_link, exact: true }).click();
  await main.getByRole('button', { name: words.nl.cases.withdraw, exact: true }).click();
  await expect(main).toContainText(text.state_withdrawn);
});
