// The browser tests, against a portal and an OpenID provider that run already: `make test` starts them, or start them yourself:
//
//   PORTAL=http://127.0.0.1:3000 IDENTITY_PROVIDER=http://127.0.0.1:3001 AGENCY=http://127.0.0.1:3002 [VOORDEUR_TESTSET=1] npm test
//
// AGENCY is agency/main.mjs, to which the portal delivers (VOORDEUR__OUTBOX__ENDPOINTS__DIENST_TOESLAGEN); without it, tests that need it
// are left out.
//
// Every test runs on a phone and on a desktop, with and without JavaScript, but for those tagged with less: @twice is on a desktop
// with and on a phone without it, @once is on a desktop with it.

import { defineConfig } from '@playwright/test';

for (const name of ['PORTAL', 'IDENTITY_PROVIDER']) if (!process.env[name]) throw new Error(`set ${name}`);

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const DESKTOP = { viewport: { width: 1280, height: 900 } };

const project = (name, use, ...not) => ({ name, use, grepInvert: not.map((tag) => new RegExp(`${tag}\\b`)) });

export default defineConfig({
  testDir: 'tests',
  workers: 2,
  fullyParallel: true,
  retries: 0,
  timeout: 30_000,
  expect: { timeout: 10_000 },
  forbidOnly: true,
  reporter: './reporter.mjs',
  use: {
    baseURL: process.env.PORTAL,
    locale: 'nl-NL',
    contextOptions: { reducedMotion: 'reduce' },
    trace: 'off',
    launchOptions: {
      executablePath: '/usr/bin/chromium',
      args: [
        '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync',
        '--no-first-run', '--disable-quic',
      ],
    },
  },
  projects: [
    project('desktop', DESKTOP, '@without-script', '@phone'),
    project('phone', PHONE, '@without-script', '@twice', '@once', '@desktop'),
    project('desktop-without-script', { ...DESKTOP, javaScriptEnabled: false }, '@with-script', '@twice', '@once', '@phone'),
    project('phone-without-script', { ...PHONE, javaScriptEnabled: false }, '@with-script', '@once', '@desktop'),
  ],
});
