// A wrong income, from the page on which it stands to the desk of its holder and back: honoured, in part, refused, referred, withdrawn.

import { expect, findings, identify, goToProvider, logIn, PEOPLE, screenshot, sideways, test, words } from '../browser.mjs';

const { corrections, desk_cases: desk, desk_corrections: holder } = words.nl;
const INCOME = '/mijn/gegevens/inkomen/jaarinkomen/0/klopt-niet';

/** What is registered stays so: each project corrects the income of somebody of its own. */
const WRONG = {
  desktop: { name: 'Ruben Post', amount: '21500', shown: '21.500', offered: true },
  phone: { name: 'Eva Janssen', amount: '35800', shown: '35.800' },
  'desktop-without-script': { name: 'Daan de Wit', amount: '31000', shown: '31.000' },
  'phone-without-script': { name: 'Lars Hendriks', amount: '29100', shown: '29.100' },
};

async function see(page, name) {
  await screenshot(page, `/${name}`);
  expect(await findings(page)).toEqual([]);
  expect(await sideways(page)).toEqual([]);
}

async function asCitizen(page, name) {
  await logIn(page, { person: PEOPLE.find((person) => person.name === name).bsn });
}

async function asStaff(page, organisation) {
  await goToProvider(page, { door: 'medewerker' });
  await identify(page, { name: 'Bo de Wit', role: 'caseworker', organisation });
  await page.waitForURL((url) => url.origin === process.env.PORTAL);
}

/** Asks for another income; the number of the case. */
async function ask(page, amount) {
  const main = page.getByRole('main');
  await page.goto(INCOME);
  await main.locator('[name="amount"]').fill(amount);
  await main.locator('[name="uitleg"]').fill('Het staat anders in mijn aangifte.');
  await main.locator('input[type="file"]').setInputFiles({
    name: 'Aangifte.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n'),
  });
  await main.getByRole('button', { name: corrections.go_on, exact: true }).click();
  await main.getByRole('button', { name: corrections.send, exact: true }).click();
  await expect(page).toHaveURL(/\/mijn\/correcties\/[^/]+\/bewijs/);
  return new URL(page.url()).pathname.split('/')[3];
}

/** The holder writes the letter of a template, in which places are filled in. */
async function decide(page, reference, template, amount) {
  const main = page.getByRole('main');
  await page.goto(`/balie/zaken/${reference}/correctie`);
  await main.getByRole('link', { name: template }).click();
  if (amount) await main.locator('[name="amount"]').fill(amount);
  const reasons = main.locator('[name="redenen"]');
  await reasons.fill((await reasons.inputValue()).replaceAll(/\[[^\]]*\]/g, 'uw aangifte'));
  await main.getByRole('button', { name: desk.see_letter }).click();
  await main.getByRole('button', { name: desk.make_final }).click();
  await expect(main.getByRole('status')).toContainText(desk.done_decide);
}

test('a wrong income is asked to be corrected, honoured, and right everywhere', async ({ page }, info) => {
  test.slow();
  const { name, amount, shown, offered } = WRONG[info.project.name];
  const main = page.getByRole('main');
  await asCitizen(page, name);
  const reference = await ask(page, amount);
  await page.context().clearCookies();

  await asStaff(page, 'belastingdienst');
  await page.goto(`/balie/zaken/${reference}`);
  await expect(main).toContainText('Het staat anders in mijn aangifte.');
  await expect(main).toContainText('Aangifte.pdf');
  await see(page, 'balie-correctie');
  await main.getByRole('button', { name: holder.act_receive }).click();
  await expect(main.getByRole('status')).toContainText(holder.done_receive);
  await main.getByRole('button', { name: holder.act_investigate }).click();
  await expect(main.getByRole('status')).toContainText(holder.done_investigate);
  await page.goto(`/balie/zaken/${reference}/correctie?sjabloon=honoreren`);
  await main.getByRole('button', { name: desk.see_letter }).click();
  await expect(page.locator('.voordeur-errors')).toContainText('[wat is nagekeken]');
  await see(page, 'balie-correctie-unfilled');
  await decide(page, reference, holder.template_honoured);
  await see(page, 'balie-correctie-decided');
  await page.context().clearCookies();

  await asCitizen(page, name);
  await expect(async () => {
    await page.goto('/mijn/gegevens/inkomen');
    await expect(main).toContainText(shown, { timeout: 500 });
  }).toPass();
  await expect(main).toContainText(reference);
  await see(page, 'mijn-data-corrected');
  await page.goto(`/mijn/zaken/${reference}`);
  await expect(main).toContainText(shown);
  if (offered) {
    await page.goto('/mijn/aanbod');
    await expect(main).toContainText('Zorgtoeslag');
  }
});

test('refused, in part, referred and withdrawn', { tag: '@once' }, async ({ page }) => {
  test.slow();
  const main = page.getByRole('main');
  const asked = {};
  for (const name of ['Koen Smeets', 'Joris Meijer', 'Tom Willems', 'Lieke Meijer']) {
    await asCitizen(page, name);
    asked[name] = await ask(page, '12345');
    if (name === 'Lieke Meijer') {
      await page.goto(`/mijn/zaken/${asked[name]}/intrekken`);
      await main.locator('form button.nl-button--primary').first().click();
      await expect(page).toHaveURL(/gedaan=ingetrokken/);
    }
    await page.context().clearCookies();
  }
  await asStaff(page, 'belastingdienst');
  for (const name of ['Koen Smeets', 'Joris Meijer']) {
    await page.goto(`/balie/zaken/${asked[name]}`);
    await main.getByRole('button', { name: holder.act_receive }).click();
  }
  await decide(page, asked['Koen Smeets'], holder.template_is_right);
  await decide(page, asked['Joris Meijer'], holder.template_partly, '20000');
  await page.goto(`/balie/zaken/${asked['Tom Willems']}/doorsturen`);
  await see(page, 'balie-doorsturen');
  await main.locator('[name="naar"]').selectOption('uwv');
  await main.locator('[name="nl"]').fill('UWV houdt dit bij.');
  await main.getByRole('button', { name: desk.pass_on_go }).click();
  await expect(main.getByRole('status')).toContainText(desk.done_pass_on);
  await page.context().clearCookies();

  for (const [name, state] of [
    ['Koen Smeets', corrections.state_refused],
    ['Joris Meijer', corrections.state_partly_honoured],
    ['Tom Willems', corrections.state_referred],
    ['Lieke Meijer', corrections.state_withdrawn],
  ]) {
    await asCitizen(page, name);
    await page.goto(`/mijn/zaken/${asked[name]}`);
    await expect(main).toContainText(state);
    await page.context().clearCookies();
  }
});
