// What the browser tests share: the pages there are, the people who log in, and what must hold on every page.

import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test as base, expect } from '@playwright/test';

export { expect };

const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The portal's own words: `words.nl.shell.log_in`. */
export const words = Object.fromEntries(['nl', 'en'].map((language) => [
  language,
  Object.fromEntries(readdirSync(new URL(`../locales/${language}/`, import.meta.url)).map((file) => (
    [file.replace('.json', ''), JSON.parse(read(`../locales/${language}/${file}`))]))),
]));

/** A text with its blanks filled in, or matching anything there. */
export function filled(text, values) {
  if (values) return text.replace(/{{\s*(\w+)\s*}}/g, (_, name) => values[name]);
  return new RegExp(text.split(/{{\s*\w+\s*}}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.+'));
}

export const LANGUAGES = ['nl', 'en'];
export const address = (language, path) => (language === 'nl' ? path : `/en${path === '/' ? '' : path}`);

/** Every page there is, by who sees it. */
export const PAGES = {
  nobody: [
    '/', '/privacy', '/toegankelijkheid', '/inloggen', '/uitgelogd', '/feedback', '/feedback/klacht', '/feedback/idee', '/feedback/vraag',
    '/feedback/compliment', '/ideeen', '/verbeteringen',
  ],
  citizen: [
    '/mijn', '/mijn/gegevens', '/mijn/gegevens/brp', '/mijn/gegevens/inkomen', '/mijn/inzage', '/mijn/aanbod', '/mijn/aanbod/zorgtoeslag',
    '/mijn/aanbod/huurtoeslag/aanvragen', '/mijn/berichten', '/mijn/voorkeuren', '/mijn/voorkeuren/e-mail/1', '/mijn/proefberekening',
    '/mijn/zaken', '/mijn/feedback', '/mijn/correcties', '/mijn/gegevens/inkomen/jaarinkomen/0/klopt-niet', '/mijn/gegevens/brp/straat/0/klopt-niet',
  ],
  business: ['/mijn'],
  staff: [
    '/balie', '/balie/diensten', '/balie/diensten/stadspas', '/balie/persoon', '/balie/zaken', '/balie/zaken/2026-DEM0-0001',
    '/balie/zaken/2026-DEM0-0002', '/balie/zaken/2026-DEM0-0003/status', '/balie/zaken/2026-DEM0-0003/vragen',
    '/balie/zaken/2026-DEM0-0003/document', '/balie/zaken/2026-DEM0-0003/besluit', '/balie/zaken/2026-DEM0-0003/doorsturen',
    '/balie/reacties', '/balie/inzichten', '/balie/inzichten/thema?categorie=waiting', '/balie/verbeteringen',
  ],
};

/** The demo people, as `voordeur demo` loads them. */
export const PEOPLE = JSON.parse(read('../catalogue/demo/people.json'));

/** Who logs in where, and what they fill in there. */
export const VISITORS = {
  citizen: { door: 'burger', fill: { person: PEOPLE.find(({ name }) => name === 'Ingrid Bakker').bsn } },
  business: { door: 'onderneming', fill: { kvk: '69599084' } },
  staff: { door: 'medewerker', fill: { name: 'Bo de Wit', role: 'caseworker', organisation: 'gemeente-0599' } },
};

/** At the provider: fills in the form and sends it. */
export async function identify(page, fill, button = 'login') {
  for (const [name, value] of Object.entries(fill)) {
    const field = page.locator(`[name="${name}"]`);
    const kind = await field.first().evaluate((element) => element.type);
    if (kind === 'radio') await page.locator(`[name="${name}"][value="${value}"]`).check();
    else if (kind === 'select-one') await field.selectOption(value);
    else await field.fill(value);
  }
  await page.locator(`button[value="${button}"]`).click();
}

/** To the provider, by the log-in page. */
export async function goToProvider(page, { door = 'burger', language = 'nl', query = '' } = {}) {
  await page.goto(address(language, `/inloggen${query}`));
  await page.locator(`form[action$="/inloggen/${door}"] button`).click();
  await page.waitForURL(`${process.env.IDENTITY_PROVIDER}/**`);
}

/** Identifies a citizen at the provider, and gives the address to come back to, with some of its parameters changed. */
export async function callback(page, changed = {}) {
  await goToProvider(page);
  // What the page's own form would send, without following the way back to the portal.
  const form = { ...VISITORS.citizen.fill, level: 'substantial', action: 'login' };
  let answer = await page.request.post(page.url(), { form, maxRedirects: 0 });
  let url = answer.headers().location;
  while (!url.startsWith(process.env.PORTAL)) {
    answer = await page.request.get(new URL(url, page.url()).href, { maxRedirects: 0 });
    url = answer.headers().location;
  }
  const back = new URL(url);
  for (const [name, value] of Object.entries(changed)) back.searchParams.set(name, value);
  return back.href;
}

export async function logIn(page, who, options = {}) {
  const { door, fill } = typeof who === 'string' ? VISITORS[who] : { door: 'burger', fill: who };
  await goToProvider(page, { door, ...options });
  await identify(page, fill);
  await page.waitForURL((url) => url.origin === process.env.PORTAL);
}

/** On a phone the navigation folds away. */
export async function openMenu(page) {
  const menu = page.locator('.voordeur-menu');
  if (await menu.isVisible() && await menu.getAttribute('open') === null) await menu.locator('summary').click();
}

export async function logOut(page) {
  const here = page.url();
  await openMenu(page);
  await page.locator('header form[action$="/uitloggen"] button').click();
  await page.waitForURL((url) => url.href !== here);
  // A provider asks whether one is sure when it was not told who it is: a citizen's token, with a BSN in it, stays out of addresses.
  const sure = page.locator('button[name="logout"]');
  if (await sure.isVisible()) await sure.click();
}

/** Of the whole page, by its address, to look at. */
export async function screenshot(page, path) {
  const name = path.slice(1).replaceAll('/', '-') || 'home';
  const file = `screenshots/${base.info().project.name}/${name}.png`;
  for (let left = 2; ; left--) {
    try {
      return await page.screenshot({ path: file, fullPage: true });
    } catch (error) {
      // On a busy machine Chromium without a GPU now and then has no frame to hand over; that is not about the page.
      if (left === 0 || !error.message.includes('Unable to capture screenshot')) throw error;
    }
  }
}

/** What axe finds against WCAG 2.2 AA and its own best practices; evaluate, because the CSP lets no script in. */
export async function findings(page, rules = {}) {
  if (base.info().project.use.javaScriptEnabled === false) {
    // Then only promises are ever called back.
    await page.evaluate(() => { globalThis.setTimeout = globalThis.queueMicrotask = (run) => { Promise.resolve().then(run); }; });
  }
  await page.evaluate(AXE);
  const { violations } = await page.evaluate((chosen) => globalThis.axe.run({
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    rules: chosen,
    resultTypes: ['violations'],
    preload: false,
  }), rules);
  const { pathname } = new URL(page.url());
  return violations.map(({ id, nodes: [node, ...more] }) => (
    `${pathname}: ${id}: ${node.target.join(' ')} (and ${more.length} more): ${node.failureSummary}`));
}

/** How far the page runs out of the window, and what makes it. */
export function sideways(page) {
  return page.evaluate((width) => {
    if (document.scrollingElement.scrollWidth <= width) return [];
    const wide = [...document.body.querySelectorAll('*')].filter((element) => element.getBoundingClientRect().right > width + 0.5);
    const by = wide.slice(-3).map((element) => element.outerHTML.slice(0, 120)).join(' and ');
    return [`${location.pathname}: ${document.scrollingElement.scrollWidth} wide, by ${by}`];
  }, page.viewportSize().width);
}

/** Hears everything the browser complains of: errors in scripts, what the CSP stops, files that do not come. */
function listen(page, complaints) {
  page.on('pageerror', (error) => complaints.push(`script: ${error.message}`));
  page.on('console', (message) => {
    // A page of status 404 is no complaint; a file of status 404 is, and comes below.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
  });
  page.on('response', (response) => {
    if (response.status() >= 400 && !response.request().isNavigationRequest()) complaints.push(`${response.status()} ${response.url()}`);
  });
  page.on('requestfailed', (request) => {
    // A page that one leaves stops loading.
    if (request.failure().errorText !== 'net::ERR_ABORTED') complaints.push(`${request.failure().errorText} ${request.url()}`);
  });
}

export const test = base.extend({
  /** Who is logged in; `undefined` for nobody. One session each for all tests of a worker, so none of these may log out. */
  visitor: [undefined, { option: true }],

  sessions: [async ({ browser }, use) => {
    const sessions = {};
    await use((visitor) => sessions[JSON.stringify(visitor)] ??= (async () => {
      const context = await browser.newContext({ baseURL: process.env.PORTAL });
      await logIn(await context.newPage(), visitor);
      const state = await context.storageState();
      await context.close();
      return { ...state, origins: [] };
    })());
  }, { scope: 'worker' }],

  storageState: async ({ visitor, sessions }, use) => use(visitor && await sessions(visitor)),

  /** What the browser complained of; a test that expects it empties the list. */
  complaints: async ({}, use) => use([]),

  page: async ({ page, complaints }, use, info) => {
    listen(page, complaints);
    await use(page);
    if (info.status !== info.expectedStatus) return;
    expect([...complaints, ...await findings(page)]).toEqual([]);
  },
});
