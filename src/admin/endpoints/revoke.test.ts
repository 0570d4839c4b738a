import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { parameters } from '../../../support/data/parameters.js';
import { drawPicture } from '../../../support/fakes/embedded.js';
import { createKeysInMemory } from '../../../support/fakes/keys.js';
import { createSimulatedEngine } from '../../../support/fakes/simulated-engine.js';
import { systemRandom } from '../../../support/fakes/sinks.js';
import { cheapStretch } from '../../../support/fakes/stretch.js';
import { type ApiServer, startApiServer, toForm } from '../../../support/servers/api-server.js';
import { consumeLimit } from '../../core/limits/limits.js';
import { SealedToken } from '../../core/secrets.js';
import { epochSec } from '../../core/units.js';
import { currentEngine, parseToken, renderToken } from '../../face/token/format.js';
import { createEmbeddedVerifier } from '../../face/verifier/embedded.js';

let server: ApiServer;
let client: { token: string; id: string };
beforeEach(async () => {
  // Version 1 is retired, 2 and 3 are held, and there is no other.
  const keys = createKeysInMemory(null, randomBytes(32), randomBytes(32));
  const engine = createSimulatedEngine();
  server = await startApiServer({
    verifier: createEmbeddedVerifier({ engine, parameters, keys, random: systemRandom, stretch: cheapStretch }),
  });
  client = await server.issue();
});

const revoke = (token: string, by = client) => server.postJson('/revoke', { token }, { 'x-auth-token': by.token });
const nowSec = (): number => Math.floor(server.clock.now() / 1000);
const idOf = (token: string): string => parseToken(new SealedToken(token)).tokenId;
const denialOf = (token: string) => server.deps.state.read(`revoked:${idOf(token)}`);

/** A token that no one made, but for its face as good as one. */
const inventToken = ({ keyVersion = 3, expiresAt = null }: { keyVersion?: number; expiresAt?: number | null } = {}) =>
  renderToken({
    engine: currentEngine,
    hasSecret: false,
    photos: 1,
    keyVersion,
    expiresAt: expiresAt === null ? null : epochSec(expiresAt),
    salt: randomBytes(16),
    stored: randomBytes(128),
    tag: randomBytes(16),
  }).use((text) => text);

async function generate(expiry?: string): Promise<string> {
  const form = toForm({ photo: drawPicture('ada', 1), ...(expiry === undefined ? {} : { expiry }) });
  return String((await server.postForm('/generate', form, { 'x-auth-token': client.token })).body.token);
}
async function authenticate(token: string) {
  const { token: live } = await server.issue();
  const form = toForm({ token, photo: drawPicture('ada', 2) });
  return (await server.postForm('/authenticate', form, { 'x-auth-token': live })).body;
}

describe('revoking a token', () => {
  test('is stored until a minute after the token expires; the token is refused before and after', async () => {
    const end = nowSec() + 3600;
    const token = await generate(new Date(end * 1000).toISOString());
    expect((await revoke(token)).status).toBe(200);
    server.clock.advanceSec(3590);
    expect(await authenticate(token)).toMatchObject({ code: 'token_revoked' });
    server.clock.advanceSec(10);
    // Servers whose clocks are behind still find it.
    expect(await denialOf(token)).not.toBeNull();
    expect(await authenticate(token)).toMatchObject({ code: 'token_expired' });
    server.clock.advanceSec(61);
    expect(await denialOf(token)).toBeNull();
    expect(await authenticate(token)).toMatchObject({ code: 'token_expired' });
  });

  test.each([
    ['retired', 1],
    ['not created yet', 4],
    ['the highest possible', 65_535],
  ])('with a key version that is %s is refused and not stored', async (_, keyVersion) => {
    for (const expiresAt of [null, nowSec() + 3600]) {
      const token = inventToken({ keyVersion, expiresAt });
      expect(await revoke(token)).toMatchObject({ status: 400, body: { code: 'token_key_retired' } });
      expect(await denialOf(token)).toBeNull();
    }
    expect(server.audit.events.filter(({ action }) => action === 'revoked')).toEqual([]);
  });

  test('has the same reply for a token that was never issued', async () => {
    const token = inventToken({ keyVersion: 2 });
    expect((await revoke(token)).body).toEqual({ ok: true });
    expect(await denialOf(token)).not.toBeNull();
  });

  test('is limited to 1000 an hour per client; other clients are not affected', async () => {
    const token = await generate();
    for (let taken = 0; taken < 999; taken += 1) await consumeLimit('revocations', client.id, server.deps);
    expect((await revoke(inventToken())).status).toBe(200);
    const refused = await revoke(token);
    expect(refused).toMatchObject({ status: 429, body: { code: 'locked_out' } });
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(3600);
    expect(await denialOf(token)).toBeNull();
    expect((await revoke(inventToken(), await server.issue())).status).toBe(200);
    // It still does all else.
    expect(await authenticate(token)).toMatchObject({ authenticated: true });
    server.clock.advanceSec(wait);
    expect((await revoke(token)).status).toBe(200);
    expect(await authenticate(token)).toMatchObject({ code: 'token_revoked' });
  });

  test('is refused for text that is not a token, which consumes no quota', async () => {
    for (let taken = 0; taken < 999; taken += 1) await consumeLimit('revocations', client.id, server.deps);
    for (const text of ['x', 'fv1.', inventToken().slice(1)])
      expect(await revoke(text)).toMatchObject({ status: 400, body: { code: 'token_malformed' } });
    expect((await revoke(inventToken())).status).toBe(200);
  });
});
