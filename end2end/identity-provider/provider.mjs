// oidc-provider, set up to behave towards the portal like DigiD, eHerkenning and the staff log-in do.

import { generateKeyPair as generateKeyPairCallback, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import Provider, { errors, interactionPolicy } from 'oidc-provider';
import { LEVELS, readLogIn } from './log-in.mjs';
import { errorPage, logInPage, logOutPage, loggedOutPage } from './pages.mjs';
import { createStore } from './store.mjs';

const generateKeyPair = promisify(generateKeyPairCallback);
const KIND_OF_CLIENT = {
  'voordeur-citizen': 'citizen',
  'voordeur-business': 'business',
  'voordeur-staff': 'staff',
};

// Organisations' systems, as catalogue/organisations.toml knows them; all with the same secret, for development.
const ORGANISATION_CLIENTS = [
  'belastingdienst', 'cak', 'ciz', 'dienst-toeslagen', 'duo', 'kvk', 'rdw', 'rvig', 'svb', 'uwv', 'vecozo',
  'gemeente-0344', 'gemeente-0518', 'gemeente-0599',
];

export async function createIdentityProvider({ issuer, portal, clientSecret, people, testHooks }) {
  const store = createStore();
  const accounts = new Map();
  let keys = await generateSigningKeys();
  let provider = build();
  let handle = provider.callback();

  // oidc-provider reads its keys once, so new keys mean a new Provider on the same store.
  async function rotateKeys() {
    keys = [...await generateSigningKeys(), ...keys];
    provider = build();
    handle = provider.callback();
    return keys.map(({ kid }) => kid);
  }

  function build() {
    const built = new Provider(issuer, configuration({ portal, clientSecret, keys, accounts, Adapter: store.Adapter }));
    built.on('server_error', (ctx, error) => console.error(error));
    built.use(withoutSingleSignOn(built));
    built.use(logInForm(built, people, accounts));
    if (testHooks) built.use(hooks(built, store, rotateKeys));
    built.use(logOutAtOnce(built));
    return built;
  }

  return (request, response) => handle(request, response);
}

// A key per algorithm, so that a relying party has to choose by `kid`. The first that fits signs.
function generateSigningKeys() {
  return Promise.all(['PS256', 'RS256'].map(async (alg) => {
    const { privateKey } = await generateKeyPair('rsa', { modulusLength: 2048 });
    return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg, use: 'sig' };
  }));
}

function configuration({ portal, clientSecret, keys, accounts, Adapter }) {
  const api = `${portal}/api/v1`;
  const withSecret = { token_endpoint_auth_method: 'client_secret_basic', client_secret: clientSecret, id_token_signed_response_alg: 'RS256' };
  const withKey = {
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    jwks_uri: `${portal}/inloggen/sleutels.json`,
    id_token_signed_response_alg: 'PS256',
  };
  // Consent is never asked: the portal only asks for `openid`, and getting that is why somebody logs in.
  const policy = interactionPolicy.base();
  policy.remove('consent');

  return {
    adapter: Adapter,
    jwks: { keys },
    cookies: { keys: ['development only'] },
    clients: [
      ...Object.keys(KIND_OF_CLIENT).map((client_id) => ({
        client_id,
        ...(client_id === 'voordeur-citizen' ? withKey : withSecret),
        redirect_uris: [`${portal}/inloggen/terug`],
        post_logout_redirect_uris: [`${portal}/uitgelogd`, `${portal}/en/uitgelogd`],
        backchannel_logout_uri: `${portal}/uitloggen/melding`,
        backchannel_logout_session_required: true,
        grant_types: ['authorization_code'],
        response_types: ['code'],
      })),
      ...ORGANISATION_CLIENTS.map((client_id) => ({
        client_id,
        client_secret: clientSecret,
        token_endpoint_auth_method: 'client_secret_basic',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      })),
    ],
    scopes: ['openid'],
    responseTypes: ['code'],
    pkce: { required: () => true },
    acrValues: Object.values(LEVELS),
    claims: {
      openid: ['sub', 'acr', 'urn:nl-eid-gdi:1.0:id:legacy-BSN', 'urn:etoegang:core:LegalSubjectID', 'role', 'organisation', 'name'],
    },
    // Claims belong in the ID token, as with DigiD, whatever scope they come with.
    conformIdTokenClaims: false,
    clientAuthMethods: ['private_key_jwt', 'client_secret_basic'],
    findAccount: (ctx, sub) => accounts.has(sub) && { accountId: sub, claims: () => ({ sub, ...accounts.get(sub) }) },
    interactions: { policy, url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    async loadExistingGrant(ctx) {
      const { client, provider, session } = ctx.oidc;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      clientCredentials: { enabled: true },
      // Organisations' access tokens are JWTs (RFC 9068) for the portal's API, whether they name it (RFC 8707) or not.
      resourceIndicators: {
        enabled: true,
        defaultResource: (ctx, client, oneOf) => oneOf ?? (client.grantTypeAllowed('client_credentials') ? api : undefined),
        getResourceServerInfo(ctx, resource) {
          if (resource !== api) throw new errors.InvalidTarget();
          return { scope: '', audience: api, accessTokenTTL: 600, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'PS256' } } };
        },
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => { ctx.body = logOutPage(ctx.oidc.params.ui_locales, form); },
        postLogoutSuccessSource: (ctx) => { ctx.body = loggedOutPage(ctx.query.ui_locales); },
      },
    },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 28_800, IdToken: 600, Interaction: 3_600, Session: 28_800 },
    renderError(ctx, { error, error_description: description }) {
      ctx.type = 'html';
      ctx.body = errorPage(ctx.query.ui_locales, error, description);
    },
    // The default carries a dispatcher that refuses loopback addresses, which is where the portal is in development.
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
  };
}

// Every log-in shows the form and starts its own session: one browser can be a citizen and a member of staff, and a
// higher level of assurance is always asked for. So a session that exists is not seen while authorising.
function withoutSingleSignOn(provider) {
  const sessionCookie = new RegExp(`(^|;\\s*)${provider.cookieName('session')}(\\.sig)?=[^;]*`, 'g');
  return (ctx, next) => {
    const { headers } = ctx.req;
    if (headers.cookie && /^\/auth(\/|$)/.test(ctx.path)) headers.cookie = headers.cookie.replace(sessionCookie, '');
    return next();
  };
}

function logInForm(provider, people, accounts) {
  return async (ctx, next) => {
    if (!ctx.path.startsWith('/interaction/')) return next();
    ctx.set('cache-control', 'no-store');
    let params;
    try {
      ({ params } = await provider.interactionDetails(ctx.req, ctx.res));
    } catch (error) {
      ctx.status = 400;
      ctx.body = errorPage(undefined, error.error, error.error_description);
      return;
    }
    const kind = KIND_OF_CLIENT[params.client_id];
    if (ctx.method !== 'POST') {
      ctx.body = logInPage({ kind, params, people });
      return;
    }

    const form = Object.fromEntries(new URLSearchParams(await bodyOf(ctx.req)));
    let result;
    if (form.action === 'cancel') {
      result = { error: 'access_denied', error_description: 'the user cancelled the log-in' };
    } else {
      const { account, problems } = readLogIn(kind, form);
      if (problems) {
        ctx.status = 422;
        ctx.body = logInPage({ kind, params, people, form, problems });
        return;
      }
      accounts.set(account.sub, account.claims);
      result = { login: { accountId: account.sub, acr: account.acr } };
    }
    ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission: false }));
    ctx.status = 303;
  };
}

// When the portal shows with the ID token who logs out and where to go next, there is nothing to ask. The log-out page
// remains for the rest, and a session that is already gone leads straight back instead of to a self-submitting page.
function logOutAtOnce(provider) {
  return async (ctx, next) => {
    await next();
    if (ctx.oidc?.route !== 'end_session' || ctx.status !== 200) return;
    const { session, params, entities } = ctx.oidc;
    const hinted = entities.IdTokenHint || params.logout_hint;
    if (!hinted || !params.post_logout_redirect_uri) return;
    if (session.accountId) {
      // A portal that may not put a BSN in an address shows the session's id instead of the token.
      const known = entities.IdTokenHint
        ? session.accountId === entities.IdTokenHint.payload.sub
        : Object.values(session.authorizations ?? {}).some(({ sid }) => sid === params.logout_hint);
      if (!known) return;
      await endSession(provider, session);
    }
    const target = new URL(params.post_logout_redirect_uri);
    if (params.state !== undefined) target.searchParams.set('state', params.state);
    ctx.redirect(target.href);
    ctx.status = 303;
  };
}

async function endSession(provider, session) {
  const told = [];
  for (const [clientId, { sid }] of Object.entries(session.authorizations ?? {})) {
    const client = await provider.Client.find(clientId);
    try {
      await client.backchannelLogout(session.accountId, sid);
      told.push({ client: clientId, sid, delivered: true });
    } catch (error) {
      console.error(`back-channel log-out to ${clientId}: ${error.cause?.message ?? error.message}`);
      told.push({ client: clientId, sid, delivered: false });
    }
  }
  // Its access tokens and codes are bound to the session and end with it.
  await session.destroy();
  return told;
}

function hooks(provider, store, rotateKeys) {
  return async (ctx, next) => {
    if (ctx.method !== 'POST') return next();
    if (ctx.path === '/test/rotate-keys') {
      ctx.body = { kids: await rotateKeys() };
    } else if (ctx.path === '/test/backchannel-logout') {
      const { sub } = JSON.parse(await bodyOf(ctx.req) || '{}');
      const sessions = sub
        ? await Promise.all(store.sessionIdsOf(sub).map((id) => provider.Session.find(id)))
        : [await provider.Session.get(ctx)];
      const told = [];
      for (const session of sessions) if (session?.accountId) told.push(...await endSession(provider, session));
      ctx.body = { told };
    } else {
      await next();
    }
  };
}

async function bodyOf(request) {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  return body;
}
