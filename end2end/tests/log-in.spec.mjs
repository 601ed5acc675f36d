// Logging in that goes wrong, and going on where one was.

import {
  address, callback, expect, filled, goToProvider, identify, LANGUAGES, logIn, PEOPLE, screenshot, test, VISITORS, words,
} from '../browser.mjs';

const { fill } = VISITORS.citizen;

/** What one does, on which page one ends and with which status. */
const REFUSALS = [
  ['who cancels', 'cancelled', 403, async (page) => {
    await goToProvider(page);
    return identify(page, {}, 'cancel');
  }],
  ['who uses too low a level', 'level_too_low', 403, async (page) => {
    await goToProvider(page);
    return identify(page, { ...fill, level: 'low' });
  }],
  ['who is in no register', 'not_registered', 403, async (page) => {
    await goToProvider(page);
    return identify(page, { bsn: '123456782' });
  }],
  ['an answer to another attempt', 'failed', 400, async (page) => page.goto(await callback(page, { state: 'another' }))],
  ['an answer with a code that is not right', 'failed', 502, async (page) => page.goto(await callback(page, { code: 'another' }))],
  ['an answer from another provider', 'failed', 400, async (page) => page.goto(await callback(page, { iss: 'https://evil.example' }))],
  ['an answer without a cookie', 'no_attempt', 400, async (page) => {
    const url = await callback(page);
    await page.context().clearCookies();
    return page.goto(url);
  }],
  ['an answer that was used before', 'no_attempt', 400, async (page) => {
    const url = await callback(page);
    await page.goto(url);
    await page.context().clearCookies({ name: '__Host-voordeur' });
    return page.goto(url);
  }],
];

for (const [what, word, status, doIt] of REFUSALS) {
  test(`${what} ends on a page that says what to do`, { tag: '@twice' }, async ({ page }) => {
    const answers = [];
    page.on('response', (response) => response.request().isNavigationRequest() && answers.push(response.status()));
    await doIt(page);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(filled(words.nl.identity[word]));
    expect(answers.at(-1)).toBe(status);
    const text = words.nl.identity[`${word}_text`];
    if (text) await expect(page.getByRole('main')).toContainText(filled(text, { provider: 'DigiD' }));
    await expect(page.getByRole('complementary')).toContainText(words.nl.identity.help);
    await expect(page.getByRole('link', { name: words.nl.identity.again })).toHaveAttribute('href', '/inloggen');
    await expect(page.locator('header a[href="/inloggen"]'), 'nobody is logged in').toHaveCount(1);
    await screenshot(page, `/inloggen/${word}-${status}`);
  });
}

test('who began in English is refused in English', { tag: '@twice' }, async ({ page }) => {
  await goToProvider(page, { language: 'en' });
  await identify(page, {}, 'cancel');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.en.identity.cancelled);
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(page.getByRole('link', { name: words.en.identity.again })).toHaveAttribute('href', '/en/inloggen');
});

for (const language of LANGUAGES) {
  const wanted = address(language, '/mijn/gegevens/brp');
  test(`who wants to see ${wanted} logs in first and then sees it`, async ({ page }) => {
    await page.goto(wanted);
    await expect(page).toHaveURL(`${address(language, '/inloggen')}?terug=${encodeURIComponent(wanted)}`);
    await page.locator('form[action$="/inloggen/burger"] button').click();
    await identify(page, fill);
    await expect(page).toHaveURL(wanted);
    await expect(page.getByRole('main')).toContainText('Voorbeeldstraat');
  });
}

for (const elsewhere of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)']) {
  test(`nobody is sent to ${elsewhere} after logging in`, { tag: '@once' }, async ({ page }) => {
    await logIn(page, 'citizen', { query: `?terug=${encodeURIComponent(elsewhere)}` });
    await expect(page).toHaveURL('/mijn');
  });
}

test('who is logged in is told so at the log-in page', { tag: '@twice' }, async ({ page }) => {
  const someone = PEOPLE.find(({ bsn }) => bsn !== fill.person);
  await logIn(page, { bsn: someone.bsn });
  await page.goto('/inloggen');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.nl.identity.logged_in);
  await page.getByRole('main').getByRole('link', { name: words.nl.identity.go_on }).click();
  await expect(page).toHaveURL('/mijn');
});
