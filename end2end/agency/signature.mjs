// Who sent an event, and that nobody changed it: HTTP Message Signatures (RFC 9421) over a digest of the body (RFC 9530), by keys that
// the portal publishes (RFC 7517).

import { createHash, createPublicKey } from 'node:crypto';
import { createVerifier, httpbis } from 'http-message-signatures';

/** So old a signature may be, in seconds; the portal makes a new one each time it tries. */
const OLDEST = 300;

const COVERED = ['@method', '@target-uri', 'content-type', 'content-digest'];

export function verifierOf(keysAddress) {
  let keys = new Map();

  async function keyOf(name) {
    if (!keys.has(name)) {
      const answer = await fetch(keysAddress);
      if (!answer.ok) throw new Error(`keys: ${answer.status}`);
      keys = new Map((await answer.json()).keys.map((key) => [key.kid, createPublicKey({ key, format: 'jwk' })]));
    }
    return keys.get(name);
  }

  /** Throws when the request is not the portal's. `target`: the address that it was sent to, as the sender wrote it. */
  return async function verify({ method, target, headers, body }) {
    const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
    if (headers['content-digest'] !== digest) throw new Error('the digest is not that of the body');
    const verified = await httpbis.verifyMessage({
      keyLookup: async ({ keyid, alg }) => {
        const key = alg === 'ed25519' ? await keyOf(keyid) : undefined;
        return key ? { id: keyid, algs: ['ed25519'], verify: createVerifier(key, 'ed25519') } : null;
      },
      requiredFields: COVERED,
      requiredParams: ['created', 'keyid', 'alg'],
      maxAge: OLDEST,
      tolerance: 60,
    }, { method, url: target, headers });
    if (verified !== true) throw new Error('no signature of the portal');
  };
}
