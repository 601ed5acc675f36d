// The agency as a program: what the portal delivers comes in at /voordeur, and tests say at the other addresses what it does.
//
//   PORT=3002 PORTAL=http://127.0.0.1:3000 IDENTITY_PROVIDER=http://127.0.0.1:3001 CLIENT_SECRET=... node main.mjs
//
//   GET  /log?subject=REFERENCE                      what came in, how often, and what was refused
//   POST /tell    { kind, data }                     tells the portal something about a case
//   POST /letter  { text }                           a PDF in base64
//   POST /fail    [{ mode, subject }]                how it answers next: away, error, busy, slow, lost, twice
//   POST /recover                                    it answers well again
//   GET  /document?case=ID&document=ID               fetches a document of a citizen
//   GET  /fetch?after=SEQUENCE                       fetches what waits, and acknowledges

import { createServer } from 'node:http';
import { agencyOf, letter } from './agency.mjs';

const { PORT, PORTAL, IDENTITY_PROVIDER, CLIENT_SECRET } = process.env;
for (const name of ['PORT', 'PORTAL', 'IDENTITY_PROVIDER', 'CLIENT_SECRET']) if (!process.env[name]) throw new Error(`set ${name}`);

const LARGEST = 1024 * 1024;

const agency = agencyOf({
  portal: PORTAL,
  identityProvider: IDENTITY_PROVIDER,
  client: process.env.CLIENT ?? 'dienst-toeslagen',
  clientSecret: CLIENT_SECRET,
  source: process.env.SOURCE ?? 'urn:nld:oin:00000099000000006000',
  address: `http://127.0.0.1:${PORT}/voordeur`,
});

async function read(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > LARGEST) throw new Error('too large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

const CONTROLS = {
  'GET /log': (query) => agency.log(query.get('subject')),
  'GET /document': (query) => agency.document(query.get('case'), query.get('document')),
  'GET /fetch': (query) => agency.fetchEvents(query.get('after') ?? ''),
  'POST /tell': async (query, { kind, data, id }) => ({ id: await agency.tell(kind, data, id) }),
  'POST /letter': (query, { text }) => ({ content: letter(text) }),
  'POST /fail': (query, modes) => { agency.fail(modes); return {}; },
  'POST /recover': () => { agency.recover(); return {}; },
};

const server = createServer(async (request, response) => {
  try {
    const url = new URL(request.url, 'http://agency');
    const body = await read(request);
    if (url.pathname === '/voordeur' && request.method === 'POST') {
      const { status, headers, wait, broken } = await agency.receive({ method: 'POST', headers: request.headers, body });
      if (broken) return request.socket.destroy();
      if (wait) await new Promise((later) => { setTimeout(later, wait); });
      return response.writeHead(status, headers).end();
    }
    const control = CONTROLS[`${request.method} ${url.pathname}`];
    if (!control) return response.writeHead(404).end();
    const answer = await control(url.searchParams, body && JSON.parse(body));
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  } catch (error) {
    console.error(`agency: ${error.message}`);
    if (!response.headersSent) response.writeHead(500);
    return response.end(error.message);
  }
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`The agency listens at http://127.0.0.1:${PORT}`));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { server.closeAllConnections(); server.close(() => process.exit(0)); });
