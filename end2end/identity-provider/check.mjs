// Checks the identity provider against an independent relying party (openid-client). A small server plays the portal:
// it publishes the key and receives the back-channel log-outs. The "browser" is plain HTTP with cookies, no JavaScript.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { constants, createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as client from 'openid-client';

const SECRET = 'a secret: with & signs';
const BSN = '999990019';
const BSN_CLAIM = 'urn:nl-eid-gdi:1.0:id:legacy-BSN';
const KVK_CLAIM = 'urn:etoegang:core:LegalSubjectID';
const LEVEL = 'http://eidas.europa.eu/LoA/';

const portal = { logOuts: [], answer: 200 };
let issuer;
let provider;
let folder;

before(async () => {
  const { privateKey, publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  portal.key = { key: privateKey, kid: 'portal-1' };
  portal.jwks = { keys: [{ ...await crypto.subtle.exportKey('jwk', publicKey), kid: 'portal-1', alg: 'ES256', use: 'sig' }] };
  portal.server = createServer(async (request, response) => {
    if (request.url === '/inloggen/sleutels.json') return response.end(JSON.stringify(portal.jwks));
    let body = '';
    for await (const chunk of request) body += chunk;
    if (request.url === '/uitloggen/melding') portal.logOuts.push(new URLSearchParams(body).get('logout_token'));
    response.writeHead(portal.answer).end();
  }).listen(0, '127.0.0.1');
  await once(portal.server, 'listening');
  portal.url = `http://127.0.0.1:${portal.server.address().port}`;

  folder = await mkdtemp(join(tmpdir(), 'identity-provider-'));
  await writeFile(join(folder, 'people.json'), JSON.stringify([
    { bsn: '999993653', name: 'Suzanne Moulin', about: { nl: 'Heeft <twee> kinderen', en: 'Has <two> children' } },
    { bsn: '999991772', name: 'Albert Vlug', about: { nl: 'Is 67 jaar', en: 'Is 67 years old' } },
  ]));
  provider = await start({ PEOPLE: join(folder, 'people.json'), TEST_HOOKS: '1' });
  issuer = provider.issuer;
});

after(async () => {
  portal.server?.close();
  portal.server?.closeAllConnections();
  if (provider) await stop(provider);
  if (folder) await rm(folder, { recursive: true });
});

beforeEach(() => {
  portal.logOuts.length = 0;
  portal.answer = 200;
});

async function start(extra) {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address();
  await new Promise((closed) => free.close(closed));
  const { PEOPLE, TEST_HOOKS, ...rest } = process.env;
  const child = spawn(process.execPath, [fileURLToPath(new URL('main.mjs', import.meta.url))], {
    env: { ...rest, PORT: String(port), PORTAL: portal.url, CLIENT_SECRET: SECRET, ...extra },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  assert.equal(String(line), `ready http://127.0.0.1:${port}\n`);
  return { child, issuer: `http://127.0.0.1:${port}` };
}

async function stop({ child }, signal = 'SIGTERM') {
  child.kill(signal);
  const [code] = await once(child, 'exit');
  return code;
}

// The portal's configuration for one of its clients, with the signature of ID tokens checked.
async function discover(kind, authentication) {
  const alg = kind === 'citizen' ? 'PS256' : 'RS256';
  const usual = kind === 'citizen' ? client.PrivateKeyJwt(portal.key) : client.ClientSecretBasic(SECRET);
  return client.discovery(
    new URL(issuer),
    `voordeur-${kind}`,
    { id_token_signed_response_alg: alg },
    authentication ?? usual,
    { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] },
  );
}

// A browser without JavaScript: keeps cookies, follows redirects inside the provider, stops on the way to the portal.
class Browser {
  cookies = new Map();

  async open(url, form) {
    const response = await fetch(url, {
      method: form ? 'POST' : 'GET',
      body: form && new URLSearchParams(form),
      redirect: 'manual',
      headers: { cookie: [...this.cookies].map((cookie) => cookie.join('=')).join('; ') },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const location = response.headers.get('location') && new URL(response.headers.get('location'), url);
    if (location?.origin === issuer) return this.open(location);
    return { url: new URL(url), status: response.status, location, html: await response.text() };
  }
}

async function begin(config, browser, parameters = {}) {
  const checks = {
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
    idTokenExpected: true,
  };
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: `${portal.url}/inloggen/terug`,
    scope: 'openid',
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...parameters,
  });
  return { checks, page: await browser.open(url) };
}

async function logIn(kind, form, { browser = new Browser(), parameters, config } = {}) {
  config ??= await discover(kind);
  const { checks, page } = await begin(config, browser, parameters);
  assert.equal(page.status, 200);
  const back = await browser.open(page.url, { level: 'substantial', action: 'login', ...form });
  assert.equal(back.location?.origin, portal.url, back.html);
  const tokens = await client.authorizationCodeGrant(config, back.location, checks);
  return { config, browser, tokens, claims: tokens.claims(), header: decode(tokens.id_token).header };
}

function decode(token) {
  const [header, payload, signature] = token.split('.');
  const json = (part) => JSON.parse(Buffer.from(part, 'base64url'));
  return { header: json(header), payload: json(payload), signed: Buffer.from(`${header}.${payload}`), signature: Buffer.from(signature, 'base64url') };
}

async function assertLogOutToken(token, kind, { sub, sid }) {
  const { header, payload, signed, signature } = decode(token);
  const { keys } = await (await fetch(`${issuer}/jwks`)).json();
  const key = createPublicKey({ key: keys.find(({ kid }) => kid === header.kid), format: 'jwk' });
  const padding = header.alg === 'PS256' ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : {};
  assert.ok(verify('sha256', signed, { key, ...padding }, signature), 'signature of the logout token');
  assert.equal(header.typ, 'logout+jwt');
  assert.equal(header.alg, kind === 'citizen' ? 'PS256' : 'RS256');
  assert.deepEqual(payload.events, { 'http://schemas.openid.net/event/backchannel-logout': {} });
  assert.deepEqual([payload.iss, payload.aud, payload.sub, payload.sid], [issuer, `voordeur-${kind}`, sub, sid]);
  assert.ok(payload.jti && payload.iat && payload.exp && !('nonce' in payload));
}

const hook = (path, body, browser = new Browser()) => fetch(`${issuer}/test/${path}`, {
  method: 'POST',
  body: body && JSON.stringify(body),
  headers: { cookie: [...browser.cookies].map((cookie) => cookie.join('=')).join('; ') },
}).then((response) => response.json());

test('discovery says what the portal relies on', async () => {
  const server = (await discover('citizen')).serverMetadata();
  assert.deepEqual(server.acr_values_supported, ['low', 'substantial', 'high'].map((level) => LEVEL + level));
  assert.deepEqual(server.code_challenge_methods_supported, ['S256']);
  assert.deepEqual(server.id_token_signing_alg_values_supported, ['PS256', 'RS256']);
  assert.equal(server.authorization_response_iss_parameter_supported, true);
  assert.equal(server.backchannel_logout_session_supported, true);
});

test('a citizen logs in with a typed BSN', async () => {
  const { claims, header } = await logIn('citizen', { bsn: '9999.90.019' });
  assert.equal(header.alg, 'PS256');
  assert.equal(claims[BSN_CLAIM], BSN);
  assert.equal(claims.acr, `${LEVEL}substantial`);
  assert.ok(claims.sid && !claims.sub.includes(BSN));
  for (const name of ['role', 'organisation', 'name', KVK_CLAIM]) assert.ok(!(name in claims));
});

test('a citizen chooses a person; a typed number goes before the choice', async () => {
  const chosen = await logIn('citizen', { person: '999993653', bsn: '' });
  assert.equal(chosen.claims[BSN_CLAIM], '999993653');
  const typed = await logIn('citizen', { person: '999993653', bsn: BSN });
  assert.equal(typed.claims[BSN_CLAIM], BSN);
});

test('the subject is stable for a person and differs between people', async () => {
  const subjects = [];
  for (const bsn of [BSN, BSN, '999993653']) subjects.push((await logIn('citizen', { bsn })).claims.sub);
  assert.equal(subjects[0], subjects[1]);
  assert.notEqual(subjects[0], subjects[2]);
});

test('the level is the one chosen, whatever was asked for', async () => {
  for (const level of ['low', 'high']) {
    const { claims } = await logIn('citizen', { bsn: BSN, level }, { parameters: { acr_values: `${LEVEL}substantial` } });
    assert.equal(claims.acr, LEVEL + level);
  }
});

test('the form preselects substantial, or the level that was asked for', async () => {
  const config = await discover('citizen');
  for (const [parameters, expected] of [[{}, 'substantial'], [{ acr_values: `${LEVEL}high` }, 'high']]) {
    const { page } = await begin(config, new Browser(), parameters);
    const checked = [...page.html.matchAll(/<input[^>]*name="level"[^>]*>/g)].map(String).filter((input) => input.includes('checked'));
    assert.equal(checked.length, 1);
    assert.match(checked[0], new RegExp(`value="${expected}"`));
  }
});

test('the form shows the people in the language asked for, escaped', async () => {
  const config = await discover('citizen');
  const dutch = (await begin(config, new Browser())).page.html;
  assert.match(dutch, /<html lang="nl">/);
  assert.match(dutch, /verzonnen[^]*Suzanne Moulin[^]*Heeft &#60;twee&#62; kinderen/);
  const english = (await begin(config, new Browser(), { ui_locales: 'en nl' })).page.html;
  assert.match(english, /<html lang="en">/);
  assert.match(english, /fictitious[^]*Has &#60;two&#62; children/);
});

test('a wrong BSN is explained and what was typed stays', async () => {
  const browser = new Browser();
  const { page } = await begin(await discover('citizen'), browser);
  for (const [bsn, message] of [['', 'Kies een persoon'], ['12345678', '9 cijfers'], ['999990018', 'elfproef'], ['000000000', 'elfproef']]) {
    const answer = await browser.open(page.url, { bsn, level: 'high', action: 'login' });
    assert.equal(answer.status, 422);
    assert.match(answer.html, new RegExp(`<title>Fout: [^]*<a href="#bsn">[^<]*${message}`));
    assert.match(answer.html, /aria-describedby="bsn-hint bsn-problem" aria-invalid="true"/);
    assert.match(answer.html, /value="high" id="level"\s+checked/);
    if (bsn) assert.ok(answer.html.includes(`value="${bsn}"`));
  }
  assert.ok((await browser.open(page.url, { bsn: BSN, level: 'high' })).location, 'the corrected form is accepted');
});

test('cancelling returns access_denied to the portal', async () => {
  for (const kind of ['citizen', 'business', 'staff']) {
    const browser = new Browser();
    const config = await discover(kind);
    const { checks, page } = await begin(config, browser);
    const { location } = await browser.open(page.url, { action: 'cancel' });
    await assert.rejects(client.authorizationCodeGrant(config, location, checks), { error: 'access_denied' });
    assert.equal(location.searchParams.get('state'), checks.expectedState);
  }
});

test('a business and a member of staff have their own claims, signed with RS256', async () => {
  const business = await logIn('business', { kvk: '6959 9084' });
  assert.equal(business.header.alg, 'RS256');
  assert.equal(business.claims[KVK_CLAIM], '69599084');
  const staff = await logIn('staff', { name: ' Fatma ', role: 'supervisor', organisation: 'gemeente-0363', level: 'high' });
  assert.equal(staff.header.alg, 'RS256');
  const { name, role, organisation, acr } = staff.claims;
  assert.deepEqual({ name, role, organisation, acr }, { name: 'Fatma', role: 'supervisor', organisation: 'gemeente-0363', acr: `${LEVEL}high` });
  assert.ok(!(BSN_CLAIM in staff.claims) && !(KVK_CLAIM in staff.claims));
});

test('the business and staff forms say what is missing', async () => {
  for (const [kind, form, fields] of [
    ['business', { kvk: '1234', level: 'low' }, ['kvk']],
    ['business', { kvk: '69599084', level: 'toString' }, ['level']],
    ['staff', { name: ' ', role: 'admin', organisation: 'toString' }, ['name', 'role', 'organisation', 'level']],
  ]) {
    const browser = new Browser();
    const { page } = await begin(await discover(kind), browser);
    const { status, html } = await browser.open(page.url, form);
    assert.equal(status, 422);
    assert.deepEqual([...html.matchAll(/<li><a href="#(\w+)"/g)].map(([, field]) => field), fields);
    for (const field of fields) assert.match(html, new RegExp(`id="${field}"`));
  }
});

test('PKCE is required and checked', async () => {
  const config = await discover('citizen');
  const { page } = await begin(config, new Browser(), { code_challenge: '', code_challenge_method: '' });
  assert.equal(page.location.searchParams.get('error'), 'invalid_request');

  const browser = new Browser();
  const { checks, page: form } = await begin(config, browser);
  const { location } = await browser.open(form.url, { bsn: BSN, level: 'low' });
  const wrong = { ...checks, pkceCodeVerifier: client.randomPKCECodeVerifier() };
  await assert.rejects(client.authorizationCodeGrant(config, location, wrong), { error: 'invalid_grant' });
});

test('a code works once', async () => {
  const config = await discover('citizen');
  const browser = new Browser();
  const { checks, page } = await begin(config, browser);
  const { location } = await browser.open(page.url, { bsn: BSN, level: 'low' });
  await client.authorizationCodeGrant(config, location, checks);
  await assert.rejects(client.authorizationCodeGrant(config, location, checks), { error: 'invalid_grant' });
});

test('a client with another key or secret is refused', async () => {
  const stranger = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  for (const [kind, authentication, form] of [
    ['citizen', client.PrivateKeyJwt({ key: stranger.privateKey, kid: 'portal-1' }), { bsn: BSN }],
    ['citizen', client.ClientSecretBasic(SECRET), { bsn: BSN }],
    ['business', client.ClientSecretBasic('another'), { kvk: '68750110' }],
  ]) {
    const config = await discover(kind, authentication);
    await assert.rejects(logIn(kind, form, { config }), ({ status, error, cause }) => (
      status === 401 && (error === 'invalid_client' || cause?.[0]?.parameters?.error === 'invalid_client')));
  }
});

test('every log-in asks again, also for another kind in the same browser', async () => {
  const { browser, claims } = await logIn('citizen', { bsn: BSN });
  const again = await logIn('citizen', { bsn: BSN, level: 'high' }, { browser });
  assert.equal(again.claims.acr, `${LEVEL}high`);
  assert.notEqual(again.claims.sid, claims.sid);
  const staff = await logIn('staff', { name: 'Fatma', role: 'caseworker', organisation: 'rvig' }, { browser });
  assert.equal(staff.claims.role, 'caseworker');
  const { page } = await begin(again.config, browser, { prompt: 'none' });
  assert.equal(page.location.searchParams.get('error'), 'login_required');
});

test('a log-in form that is finished or of somebody else gives an error page', async () => {
  const { page } = await begin(await discover('citizen'), new Browser());
  const { status, html } = await new Browser().open(page.url);
  assert.equal(status, 400);
  assert.match(html, /niet gelukt/);
});

test('logging out with the ID token goes straight back and tells the portal', async () => {
  const { config, browser, tokens, claims } = await logIn('citizen', { bsn: BSN });
  await client.fetchUserInfo(config, tokens.access_token, claims.sub);
  const { location } = await browser.open(client.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token, post_logout_redirect_uri: `${portal.url}/en/uitgelogd`, state: 'x y',
  }));
  assert.equal(location.href, `${portal.url}/en/uitgelogd?state=x+y`);
  assert.equal(portal.logOuts.length, 1);
  await assertLogOutToken(portal.logOuts[0], 'citizen', claims);
  await assert.rejects(client.fetchUserInfo(config, tokens.access_token, claims.sub));

  const repeated = await browser.open(client.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token, post_logout_redirect_uri: `${portal.url}/uitgelogd`,
  }));
  assert.equal(repeated.location.href, `${portal.url}/uitgelogd`);
  assert.equal(portal.logOuts.length, 1);
});

test('logging out without the ID token, or with that of another person, asks first', async () => {
  const other = await logIn('citizen', { bsn: '999993653' });
  const { config, browser, claims } = await logIn('business', { kvk: '68750110' });
  const stranger = client.buildEndSessionUrl(other.config, {
    id_token_hint: other.tokens.id_token, post_logout_redirect_uri: `${portal.url}/uitgelogd`,
  });
  assert.equal((await browser.open(stranger)).status, 200);
  assert.equal(portal.logOuts.length, 0);

  const { html } = await browser.open(client.buildEndSessionUrl(config, { post_logout_redirect_uri: `${portal.url}/uitgelogd` }));
  const [, action] = /<form[^>]*action="([^"]+)"/.exec(html);
  const [, xsrf] = /name="xsrf" value="([^"]+)"/.exec(html);
  assert.match(html, /<button form="op.logoutForm" name="logout" value="yes">Uitloggen/);
  assert.equal((await browser.open(action, { xsrf, logout: 'yes' })).location.href, `${portal.url}/uitgelogd`);
  await assertLogOutToken(portal.logOuts[0], 'business', claims);
});

test('logging out to an address that is not registered is refused', async () => {
  const { config, browser, tokens } = await logIn('citizen', { bsn: BSN });
  const { status, location } = await browser.open(client.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token, post_logout_redirect_uri: 'http://127.0.0.1:1/elsewhere',
  }));
  assert.deepEqual([status, location], [400, null]);
  assert.equal(portal.logOuts.length, 0);
});

test('the hook ends all sessions of a subject, or the session of the browser', async () => {
  const [first, second] = [await logIn('citizen', { bsn: '999991772' }), await logIn('citizen', { bsn: '999991772' })];
  const bystander = await logIn('citizen', { bsn: BSN });
  const { told } = await hook('backchannel-logout', { sub: first.claims.sub });
  assert.deepEqual(told.map(({ sid }) => sid).sort(), [first.claims.sid, second.claims.sid].sort());
  assert.ok(told.every(({ delivered }) => delivered));
  for (const token of portal.logOuts) {
    await assertLogOutToken(token, 'citizen', { sub: first.claims.sub, sid: decode(token).payload.sid });
  }
  await assert.rejects(client.fetchUserInfo(first.config, first.tokens.access_token, first.claims.sub));
  await client.fetchUserInfo(bystander.config, bystander.tokens.access_token, bystander.claims.sub);

  const own = await hook('backchannel-logout', undefined, bystander.browser);
  assert.deepEqual(own.told, [{ client: 'voordeur-citizen', sid: bystander.claims.sid, delivered: true }]);
  assert.deepEqual((await hook('backchannel-logout', undefined, bystander.browser)).told, []);
});

test('the hook says when the portal did not accept the log-out', async () => {
  portal.answer = 400;
  const { claims } = await logIn('citizen', { bsn: BSN });
  const { told } = await hook('backchannel-logout', { sub: claims.sub });
  assert.ok(told.length > 0 && told.every(({ delivered }) => !delivered));
});

test('after a key rotation new tokens have a new key and sessions go on', async () => {
  const earlier = await logIn('citizen', { bsn: BSN });
  const halfway = new Browser();
  const { checks, page } = await begin(earlier.config, halfway);
  const { kids } = await hook('rotate-keys');
  const { keys } = await (await fetch(`${issuer}/jwks`)).json();
  assert.deepEqual(keys.map(({ kid }) => kid), kids);

  const { location } = await halfway.open(page.url, { bsn: BSN, level: 'low' });
  const fresh = await discover('citizen');
  const tokens = await client.authorizationCodeGrant(fresh, location, checks);
  assert.equal(decode(tokens.id_token).header.kid, kids[0]);
  assert.notEqual(earlier.header.kid, kids[0]);
  assert.ok(kids.includes(earlier.header.kid), 'the old key stays published');

  const out = await earlier.browser.open(client.buildEndSessionUrl(fresh, {
    id_token_hint: earlier.tokens.id_token, post_logout_redirect_uri: `${portal.url}/uitgelogd`,
  }));
  assert.equal(out.location.href, `${portal.url}/uitgelogd`);
  await assertLogOutToken(portal.logOuts[0], 'citizen', earlier.claims);
});

test('an organisation gets an access token for the portal, and for nothing else', async () => {
  const organisation = (id, secret = SECRET) => client.discovery(
    new URL(issuer), id, undefined, client.ClientSecretBasic(secret), { execute: [client.allowInsecureRequests] },
  );
  const api = `${portal.url}/api/v1`;
  for (const named of [undefined, { resource: api }]) {
    const tokens = await client.clientCredentialsGrant(await organisation('belastingdienst'), named);
    const { header, payload: claims } = decode(tokens.access_token);
    assert.equal(header.typ, 'at+jwt');
    assert.deepEqual([claims.iss, claims.aud, claims.client_id], [issuer, api, 'belastingdienst']);
    assert.ok(claims.exp - claims.iat === 600 && claims.jti);
  }
  await assert.rejects(client.clientCredentialsGrant(await organisation('rdw'), { resource: 'https://example.nl' }));
  await assert.rejects(client.clientCredentialsGrant(await organisation('rdw', 'wrong')));
  await assert.rejects(client.clientCredentialsGrant(await discover('staff')), 'who logs people in gets none');
});

test('without TEST_HOOKS there are no hooks; SIGTERM and SIGINT stop it cleanly', async () => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    const plain = await start({});
    for (const path of ['rotate-keys', 'backchannel-logout']) {
      assert.equal((await fetch(`${plain.issuer}/test/${path}`, { method: 'POST' })).status, 404);
    }
    assert.equal(await stop(plain, signal), 0);
  }
});

test('it does not start without its settings', async () => {
  const { PORT, PORTAL, CLIENT_SECRET, ...env } = process.env;
  const child = spawn(process.execPath, [fileURLToPath(new URL('main.mjs', import.meta.url))], { env, stdio: 'ignore' });
  assert.deepEqual(await once(child, 'exit'), [1, null]);
});
