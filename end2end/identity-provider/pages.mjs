// The pages: plain HTML that works without JavaScript, in Dutch, or in English when `ui_locales` asks for it.

import { LEVELS, ORGANISATIONS, ROLES } from './log-in.mjs';

const TEXTS = {
  nl: {
    title: { citizen: 'Inloggen als inwoner', business: 'Inloggen als onderneming', staff: 'Inloggen als medewerker' },
    heading: 'Ontwikkeling, met verzonnen personen',
    warning: 'Dit is een inlogpagina voor ontwikkeling. Er is geen wachtwoord. Gebruik geen echte gegevens.',
    error: 'Fout',
    problems: 'Er gaat iets mis',
    people: 'Kies een persoon',
    bsn: 'Of vul een test-BSN in',
    bsnHint: '9 cijfers. Vult u een nummer in, dan geldt dat en niet de gekozen persoon.',
    kvk: 'KVK-nummer',
    kvkHint: '8 cijfers, bijvoorbeeld 69599084 of 68750110 (testnummers van KVK).',
    name: 'Naam',
    role: 'Rol',
    roles: { caseworker: 'Behandelaar', supervisor: 'Leidinggevende' },
    organisation: 'Organisatie',
    level: 'Betrouwbaarheidsniveau',
    levels: { low: 'Laag', substantial: 'Substantieel', high: 'Hoog' },
    logIn: 'Inloggen',
    cancel: 'Annuleren',
    logOutHeading: 'Wilt u uitloggen?',
    logOut: 'Uitloggen',
    loggedOut: 'U bent uitgelogd',
    failed: 'Inloggen of uitloggen is niet gelukt',
    'bsn-missing': 'Kies een persoon of vul een test-BSN in.',
    'bsn-length': 'Een BSN heeft 9 cijfers. Controleer het nummer.',
    'bsn-eleven-test': 'Dit is geen geldig BSN: het voldoet niet aan de elfproef.',
    'kvk-missing': 'Vul een KVK-nummer in.',
    'kvk-length': 'Een KVK-nummer heeft 8 cijfers. Controleer het nummer.',
    'name-missing': 'Vul een naam in.',
    'role-missing': 'Kies een rol.',
    'organisation-missing': 'Kies een organisatie.',
    'level-missing': 'Kies een betrouwbaarheidsniveau.',
  },
  en: {
    title: { citizen: 'Log in as a citizen', business: 'Log in as a business', staff: 'Log in as staff' },
    heading: 'Development, with fictitious people',
    warning: 'This is a log-in page for development. There is no password. Do not use real data.',
    error: 'Error',
    problems: 'There is a problem',
    people: 'Choose a person',
    bsn: 'Or enter a test BSN',
    bsnHint: '9 digits. If you enter a number, it counts instead of the chosen person.',
    kvk: 'KVK number',
    kvkHint: '8 digits, for example 69599084 or 68750110 (test numbers of KVK).',
    name: 'Name',
    role: 'Role',
    roles: { caseworker: 'Caseworker', supervisor: 'Supervisor' },
    organisation: 'Organisation',
    level: 'Level of assurance',
    levels: { low: 'Low', substantial: 'Substantial', high: 'High' },
    logIn: 'Log in',
    cancel: 'Cancel',
    logOutHeading: 'Do you want to log out?',
    logOut: 'Log out',
    loggedOut: 'You are logged out',
    failed: 'Logging in or out did not work',
    'bsn-missing': 'Choose a person or enter a test BSN.',
    'bsn-length': 'A BSN has 9 digits. Check the number.',
    'bsn-eleven-test': 'This is not a valid BSN: it does not pass the eleven test.',
    'kvk-missing': 'Enter a KVK number.',
    'kvk-length': 'A KVK number has 8 digits. Check the number.',
    'name-missing': 'Enter a name.',
    'role-missing': 'Choose a role.',
    'organisation-missing': 'Choose an organisation.',
    'level-missing': 'Choose a level of assurance.',
  },
};

const STYLE = `
  body { font: 1.125rem/1.5 system-ui, sans-serif; color: #1b1b1b; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }
  fieldset { border: 0; padding: 0; margin: 1.5rem 0; }
  legend, .label { font-weight: bold; padding: 0; }
  p { margin: .25rem 0 .5rem; }
  .choice { display: grid; grid-template-columns: 1.5rem 1fr; gap: .5rem; padding: .5rem 0; }
  .choice input { width: 1.5rem; height: 1.5rem; margin: 0; }
  .choice small, .hint { color: #4a4a4a; display: block; font-size: 1rem; }
  input[type=text], select { font: inherit; padding: .5rem; border: 2px solid #4a4a4a; width: 100%; box-sizing: border-box; }
  button { font: inherit; padding: .625rem 1.25rem; border: 2px solid #154273; background: #fff; color: #154273; margin-right: .5rem; }
  button[value=login], button[value=yes] { background: #154273; color: #fff; }
  :focus-visible { outline: 3px solid #000; outline-offset: 2px; }
  .warning { background: #fff4dc; border-left: .375rem solid #8a5a00; padding: .75rem 1rem; }
  .problems { border: 3px solid #b3121d; padding: .75rem 1rem; margin: 1rem 0; }
  h2 { font-size: 1.25rem; margin: 0; }
  .problem, .problems a { color: #b3121d; font-weight: bold; }`;

export function logInPage({ kind, params, people, form = {}, problems = {} }) {
  const t = textsFor(params.ui_locales);
  const view = { t, form: { level: requestedLevel(params.acr_values), ...form }, problems };
  const failed = Object.keys(problems).length > 0;
  return page(t, `${failed ? `${t.error}: ` : ''}${t.title[kind]}`, html`
    <h1>${t.title[kind]}</h1>
    <div class="warning"><h2>${t.heading}</h2><p>${t.warning}</p></div>
    ${failed && html`<div class="problems" role="alert"><h2>${t.problems}</h2><ul>
      ${Object.entries(problems).map(([field, problem]) => html`<li><a href="#${field}">${t[problem]}</a></li>`)}
    </ul></div>`}
    <form method="post">
      ${fields[kind](view, people)}
      ${choices(view, 'level', t.level, Object.keys(LEVELS).reverse().map((value) => ({ value, label: t.levels[value] })))}
      <button name="action" value="login">${t.logIn}</button>
      <button name="action" value="cancel">${t.cancel}</button>
    </form>`);
}

const fields = {
  citizen: (view, people) => [
    people.length > 0 && choices(view, 'person', view.t.people, people.map(({ bsn, name, about }) => (
      { value: bsn, label: name, about: about?.[view.t === TEXTS.en ? 'en' : 'nl'] }))),
    textField(view, 'bsn', view.t.bsn, view.t.bsnHint, 'numeric'),
  ],
  business: (view) => textField(view, 'kvk', view.t.kvk, view.t.kvkHint, 'numeric'),
  staff: (view) => [
    textField(view, 'name', view.t.name),
    choices(view, 'role', view.t.role, ROLES.map((value) => ({ value, label: view.t.roles[value] }))),
    html`<fieldset><label class="label" for="organisation">${view.t.organisation}</label>
      ${problemOf(view, 'organisation')}
      <select id="organisation" name="organisation" ${described(view, 'organisation')}>
        ${Object.entries(ORGANISATIONS).map(([value, label]) => (
          html`<option value="${value}" ${view.form.organisation === value && html`selected`}>${label}</option>`))}
      </select></fieldset>`,
  ],
};

// The first choice carries the field's name as id, so that the list of problems can lead to it.
function choices(view, name, legend, options) {
  return html`<fieldset ${described(view, name)}><legend>${legend}</legend>${problemOf(view, name)}
    ${options.map(({ value, label, about }, index) => html`<label class="choice">
      <input type="radio" name="${name}" value="${value}" id="${index === 0 ? name : `${name}-${value}`}"
        ${view.form[name] === value && html`checked`}>
      <span>${label}${about && html` <small>${about}</small>`}</span></label>`)}</fieldset>`;
}

function textField(view, name, label, hint, inputmode = 'text') {
  return html`<fieldset><label class="label" for="${name}">${label}</label>
    ${hint && html`<p class="hint" id="${name}-hint">${hint}</p>`}${problemOf(view, name)}
    <input type="text" id="${name}" name="${name}" value="${view.form[name]}" inputmode="${inputmode}" autocomplete="off"
      ${described(view, name, hint)}></fieldset>`;
}

function problemOf({ t, problems }, name) {
  return problems[name] && html`<p class="problem" id="${name}-problem">${t[problems[name]]}</p>`;
}

function described({ problems }, name, hint) {
  const ids = [hint && `${name}-hint`, problems[name] && `${name}-problem`].filter(Boolean).join(' ');
  return ids && html`aria-describedby="${ids}" ${problems[name] && html`aria-invalid="true"`}`;
}

// Preselects what the portal asks for, so that a plain "log in" does what it expects.
function requestedLevel(acrValues = '') {
  const requested = acrValues.split(' ').map((acr) => Object.keys(LEVELS).find((level) => LEVELS[level] === acr));
  return requested.find(Boolean) ?? 'substantial';
}

export function logOutPage(locales, form) {
  const t = textsFor(locales);
  return page(t, t.logOutHeading, html`<h1>${t.logOutHeading}</h1>${{ safe: form }}
    <button form="op.logoutForm" name="logout" value="yes">${t.logOut}</button>`);
}

export function loggedOutPage(locales) {
  const t = textsFor(locales);
  return page(t, t.loggedOut, html`<h1>${t.loggedOut}</h1>`);
}

export function errorPage(locales, error, description) {
  const t = textsFor(locales);
  return page(t, t.failed, html`<h1>${t.failed}</h1><p><code>${error}</code></p><p lang="en">${description}</p>`);
}

function textsFor(locales = '') {
  return /^en\b/.test(locales) ? TEXTS.en : TEXTS.nl;
}

function page(t, title, body) {
  return html`<!doctype html>
<html lang="${t === TEXTS.en ? 'en' : 'nl'}">
<head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${{ safe: STYLE }}</style></head>
<body><main>${body}</main></body>
</html>`.safe;
}

// Escapes every value, except what another html`` made.
function html(strings, ...values) {
  return { safe: String.raw({ raw: strings }, ...values.map(shown)) };
}

function shown(value) {
  if (value === undefined || value === null || value === false || value === '') return '';
  if (Array.isArray(value)) return value.map(shown).join('');
  if (value.safe !== undefined) return value.safe;
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
