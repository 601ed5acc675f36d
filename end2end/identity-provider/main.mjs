// The OpenID provider used in development and tests: fictitious people, no passwords. Never for real use.
//
//   PORT=4000 PORTAL=http://127.0.0.1:3000 CLIENT_SECRET=... [PEOPLE=people.json] [TEST_HOOKS=1] node main.mjs

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createIdentityProvider } from './provider.mjs';

const { PORT, PORTAL, PEOPLE, CLIENT_SECRET, TEST_HOOKS } = process.env;
for (const [name, value] of Object.entries({ PORT, PORTAL, CLIENT_SECRET })) {
  if (!value) {
    console.error(`identity provider: set ${name}`);
    process.exit(1);
  }
}

const issuer = `http://127.0.0.1:${PORT}`;
const handle = await createIdentityProvider({
  issuer,
  portal: PORTAL.replace(/\/+$/, ''),
  clientSecret: CLIENT_SECRET,
  people: PEOPLE ? JSON.parse(readFileSync(PEOPLE, 'utf8')) : [],
  testHooks: TEST_HOOKS === '1',
});

const server = createServer(handle);
server.listen(Number(PORT), '127.0.0.1', () => console.log(`ready ${issuer}`));

function stop() {
  server.close(() => process.exit(0));
  server.closeAllConnections();
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
