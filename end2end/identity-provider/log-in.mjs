// What was filled in on the log-in form: either an account, or the problems to tell.

import { createHash } from 'node:crypto';

export const LEVELS = {
  low: 'http://eidas.europa.eu/LoA/low',
  substantial: 'http://eidas.europa.eu/LoA/substantial',
  high: 'http://eidas.europa.eu/LoA/high',
};
export const ROLES = ['caseworker', 'supervisor'];
export const ORGANISATIONS = {
  'gemeente-0599': 'Gemeente Rotterdam',
  'gemeente-0363': 'Gemeente Amsterdam',
  'gemeente-0518': 'Gemeente Den Haag',
  'gemeente-0014': 'Gemeente Groningen',
  'gemeente-0080': 'Gemeente Leeuwarden',
  'gemeente-0344': 'Gemeente Utrecht',
  'dienst-toeslagen': 'Dienst Toeslagen',
  belastingdienst: 'Belastingdienst',
  svb: 'Sociale Verzekeringsbank',
  uwv: 'UWV',
  rvig: 'RvIG',
  voordeur: 'Voordeur',
};

// Gives { account: { sub, acr, claims } } or { problems: { field: problem } }; pages.mjs words the problems.
export function readLogIn(kind, form) {
  const { problems = {}, number, claims } = readers[kind](form);
  const acr = Object.hasOwn(LEVELS, form.level ?? '') ? LEVELS[form.level] : undefined;
  if (!acr) problems.level = 'level-missing';
  if (Object.keys(problems).length > 0) return { problems };
  return { account: { sub: opaque(kind, number), acr, claims } };
}

const readers = {
  // A number that was typed goes before a person that was chosen: a radio button cannot be cleared again.
  citizen(form) {
    const bsn = withoutSeparators(form.bsn) || form.person;
    if (!bsn) return { problems: { bsn: 'bsn-missing' } };
    if (!/^\d{9}$/.test(bsn)) return { problems: { bsn: 'bsn-length' } };
    if (!passesElevenTest(bsn)) return { problems: { bsn: 'bsn-eleven-test' } };
    return { number: bsn, claims: { 'urn:nl-eid-gdi:1.0:id:legacy-BSN': bsn } };
  },

  business(form) {
    const kvk = withoutSeparators(form.kvk);
    if (!/^\d{8}$/.test(kvk)) return { problems: { kvk: kvk ? 'kvk-length' : 'kvk-missing' } };
    return { number: kvk, claims: { 'urn:etoegang:core:LegalSubjectID': kvk } };
  },

  staff({ name = '', role = '', organisation = '' }) {
    const problems = {};
    if (!name.trim()) problems.name = 'name-missing';
    if (!ROLES.includes(role)) problems.role = 'role-missing';
    if (!Object.hasOwn(ORGANISATIONS, organisation)) problems.organisation = 'organisation-missing';
    return { problems, number: `${organisation} ${name.trim()}`, claims: { name: name.trim(), role, organisation } };
  },
};

function withoutSeparators(typed = '') {
  return typed.replace(/[\s.]/g, '');
}

function passesElevenTest(bsn) {
  const sum = [...bsn].reduce((total, digit, index) => total + digit * (index === 8 ? -1 : 9 - index), 0);
  return sum % 11 === 0 && sum !== 0;
}

// The same person is the same subject after a restart, and the subject does not show the number.
function opaque(kind, number) {
  return createHash('sha256').update(`voordeur development ${kind} ${number}`).digest('base64url');
}
