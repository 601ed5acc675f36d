// What oidc-provider remembers, in memory. Its own in-memory adapter belongs to one Provider object; this one outlives
// the Provider, so that changing the signing keys keeps everybody logged in, and it can find sessions by account.

export function createStore() {
  const entries = new Map();
  const sessionIds = new Map();

  function remove(key) {
    const entry = entries.get(key);
    if (entry?.payload.kind === 'Session') sessionIds.delete(entry.payload.uid);
    entries.delete(key);
  }

  setInterval(() => {
    for (const [key, { expiresAt }] of entries) if (expiresAt < Date.now()) remove(key);
  }, 60_000).unref();

  return {
    sessionIdsOf(accountId) {
      return [...entries.values()]
        .map(({ payload }) => payload)
        .filter((payload) => payload.kind === 'Session' && payload.accountId === accountId)
        .map((payload) => payload.jti);
    },

    Adapter: class {
      constructor(model) { this.model = model; }
      key(id) { return `${this.model}:${id}`; }

      async upsert(id, payload, expiresIn) {
        if (this.model === 'Session') sessionIds.set(payload.uid, id);
        entries.set(this.key(id), { payload, expiresAt: Date.now() + (expiresIn ?? Infinity) * 1000 });
      }
      async find(id) { return entries.get(this.key(id))?.payload; }
      async findByUid(uid) { return this.find(sessionIds.get(uid)); }
      async consume(id) { (await this.find(id)).consumed = Math.floor(Date.now() / 1000); }
      async destroy(id) { remove(this.key(id)); }
      async revokeByGrantId(grantId) {
        for (const [key, { payload }] of entries) if (payload.grantId === grantId) remove(key);
      }
    },
  };
}
