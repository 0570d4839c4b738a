import { createSecretKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type CryptoKey, exportSPKI, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import { startEntraSimulator } from '../../simulators/entra/index.js';
import { signToken, type Tenant } from '../../simulators/entra/tenant.js';
import type { State } from '../../src/core/ports.js';
import { addSec } from '../../src/core/units.js';
import { createSqliteState } from '../../src/storage/state/sqlite.js';
import { forFile } from '../../support/run/for-file.js';
import { createManualClock } from '../../test/contract/state.js';
import { createVerifyEntraHint, type VerifyEntraHint } from './oidc-hint.js';

const clientId = randomUUID();
const appId = randomUUID();
const oid = randomUUID();

const clock = createManualClock();
let verify: VerifyEntraHint;
const entra = await forFile(startEntraSimulator({ now: () => clock.now() }));
beforeEach(() => {
  verify = connect();
});
afterEach(() => entra.heal('keys'));

const longAgo = { now: () => addSec(clock.now(), -86_400) };

/** A store that was made yesterday. */
function openedLongAgo(): State {
  const state = createSqliteState({ file: ':memory:', clock: longAgo });
  return { ...createSqliteState({ file: ':memory:', clock }), storeEpoch: () => state.storeEpoch() };
}

function connect({
  fetch = entra.fetch,
  state = openedLongAgo(),
  name = 'workforce:client',
  tenantIds = [entra.tenant.id],
} = {}): VerifyEntraHint {
  const policy = { tenantIds, audiences: [clientId, appId], login: entra.url };
  return createVerifyEntraHint(policy, { name, fetch, clock, state });
}

const nowSec = () => Math.floor(clock.now() / 1000);

/** Issued expired, as Entra does. */
const issue = (claims: Record<string, unknown> = {}, tenant: Tenant = entra.tenant) =>
  signToken(
    tenant,
    { iss: tenant.issuer, aud: clientId, tid: tenant.id, oid, sub: 'pairwise', ver: '2.0', ...claims },
    clock.now(),
    -1,
  );
const codeOf = (hint: string, given = verify) =>
  given(hint).then(
    () => 'good',
    (error: { code: string; detail: { hint?: string; reason?: string } }) =>
      `${error.code} ${error.detail.hint ?? error.detail.reason}`,
  );

test('a hint identifies the user who passed the first factor, also after the expiry of the hint', async () => {
  const { proof, ...user } = await verify(await issue());
  expect(user).toEqual({ sub: 'pairwise', tid: entra.tenant.id, oid });
  expect(proof.expiresAt).toBe(nowSec() * 1000 + 1_200_000);
});

test('a hint with the client id (documented) or the application id (observed) as audience is accepted', async () => {
  expect(await codeOf(await issue({ aud: appId }))).toBe('good');
});

describe('an ID token hint with', () => {
  test.each([
    ['another audience', { aud: randomUUID() }, 'audience'],
    ['several audiences', { aud: [clientId, 'other'] }, 'claims'],
    ['another issuer', { iss: 'https://login.example/v2.0' }, 'issuer'],
    ['no subject', { sub: undefined }, 'claims'],
    ['an invalid object id', { oid: 'ada' }, 'claims'],
    ['a tenant outside the list', { tid: randomUUID() }, 'tenant'],
    ['no time of issue', { iat: undefined }, 'claims'],
  ])('%s is refused', async (_, claims, reason) => {
    expect(await codeOf(await issue(claims))).toBe(`caller_untrusted ${reason}`);
  });

  test.each([
    [-601, 'caller_untrusted out_of_time'],
    [-600, 'good'],
    [600, 'good'],
    [601, 'caller_untrusted out_of_time'],
  ])(
    'a time of issue that differs from the server’s time by %i seconds has the result: %s',
    async (offset, expected) => {
      expect(await codeOf(await issue({ iat: nowSec() + offset, nbf: nowSec() }))).toBe(expected);
    },
  );

  test('a time of issue before the store lost its data is refused', async () => {
    verify = connect({ state: createSqliteState({ file: ':memory:', clock }) });
    expect(await codeOf(await issue({ iat: nowSec() - 1, nbf: nowSec() }))).toBe('caller_untrusted forgotten');
    expect(await codeOf(await issue())).toBe('good');
  });

  test('another tenant, or a key of another tenant, is refused', async () => {
    const other = await entra.addTenant();
    expect(await codeOf(await issue({}, other))).toBe('caller_untrusted tenant');
    const forged = await issue({ iss: entra.tenant.issuer, tid: entra.tenant.id }, other);
    expect(await codeOf(forged)).toBe('caller_untrusted ERR_JWKS_NO_MATCHING_KEY');
    expect(await codeOf(await issue({}, other), connect({ tenantIds: [other.id] }))).toBe('good');
  });

  test('an unpublished key is refused', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const [, payload = ''] = (await issue()).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const sign = (header: object) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', ...header }).sign(privateKey);
    expect(await codeOf(await sign({ kid: randomUUID() }))).toBe('caller_untrusted ERR_JWKS_NO_MATCHING_KEY');
    const known = entra.tenant.keys[0]!;
    expect(await codeOf(await sign({ kid: known.kid }))).toBe('caller_untrusted ERR_JWS_SIGNATURE_VERIFICATION_FAILED');
    expect(await codeOf(await sign({}))).toBe('caller_untrusted malformed');
  });

  test('no signature, or an HMAC signature with the public key as the secret, is refused', async () => {
    const [, payload = ''] = (await issue()).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    expect(await codeOf(new UnsecuredJWT(claims).encode())).toBe('caller_untrusted malformed');
    const { kid, publicJwk } = entra.tenant.keys[0]!;
    const pem = await exportSPKI((await importJWK(publicJwk, 'RS256')) as CryptoKey);
    const hs256 = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid })
      .sign(createSecretKey(Buffer.from(pem)));
    expect(await codeOf(hs256)).toBe('caller_untrusted malformed');
  });

  test.each(['', 'x', '..', 'a.b.c', 'a'.repeat(20_000)])('malformed text is refused', async (text) => {
    expect(await codeOf(text)).toBe('caller_untrusted malformed');
  });
});

test('the id of a proof depends on the signed content and the client, not on the encoding of the signature', async () => {
  const hint = await issue();
  const { proof } = await verify(hint);
  expect((await connect()(hint)).proof).toEqual(proof);
  expect((await connect({ name: 'workforce:other' })(hint)).proof.id).not.toBe(proof.id);
  expect((await verify(await issue({ sub: 'other' }))).proof.id).not.toBe(proof.id);
  // The last character of 256 bytes in base64url has four bits that no decoder reads.
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const rewritten = hint.slice(0, -1) + alphabet[alphabet.indexOf(hint.at(-1) ?? '') ^ 1];
  const again = await verify(rewritten).catch(() => null);
  if (again !== null) expect(again.proof).toEqual(proof);
});

describe('signing keys of a hint', () => {
  test('are fetched once, and again for a new key id', async () => {
    const before = entra.requests.keys;
    await verify(await issue());
    await verify(await issue({ sub: 'other' }));
    // Metadata, and the keys that it points to.
    expect(entra.requests.keys - before).toBe(2);
    const late = connect();
    await entra.rotateKey();
    expect(await codeOf(await issue(), late)).toBe('good');
  });

  test('are not fetched for an unknown tenant or malformed text', async () => {
    const before = entra.requests.keys;
    await codeOf(await issue({ tid: randomUUID() }));
    await codeOf('nonsense');
    expect(entra.requests.keys).toBe(before);
  });

  test('are located by the tenant’s metadata, which also name the issuer', async () => {
    const external = await entra.addTenant('external');
    const hint = await issue({}, external);
    expect(external.issuer).not.toContain(new URL(entra.url).host);
    expect(await codeOf(hint, connect({ tenantIds: [external.id] }))).toBe('good');
    const guessed = { iss: `${entra.url}/${external.id}/v2.0` };
    expect(await codeOf(await issue(guessed, external), connect({ tenantIds: [external.id] }))).toBe(
      'caller_untrusted issuer',
    );
    const crossed = connect({
      fetch: (url, init) => entra.fetch(url.replace(entra.tenant.id, external.id), init),
    });
    expect(await codeOf(await issue(), crossed)).toBe('profile_unavailable metadata_unreachable');
  });

  test('are refused if they belong to another issuer, even if the tenant publishes them', async () => {
    const foreign = connect({
      fetch: async (url, init) => {
        const response = await entra.fetch(url, init);
        if (!url.includes('/discovery/')) return response;
        const { keys } = (await response.json()) as { keys: object[] };
        return Response.json({ keys: keys.map((key) => ({ ...key, issuer: 'https://login.example/other/v2.0' })) });
      },
    });
    expect(await codeOf(await issue(), foreign)).toBe('caller_untrusted key');
  });

  test('are reported as an outage, not as an untrusted caller, if they cannot be fetched', async () => {
    const hint = await issue();
    entra.fail('keys', { status: 503 });
    expect(await codeOf(hint, connect())).toBe('profile_unavailable metadata_unreachable');
    const down = connect({
      fetch: (url, init) =>
        url.includes('/discovery/') ? Promise.reject(new TypeError('no network')) : entra.fetch(url, init),
    });
    entra.heal('keys');
    expect(await codeOf(hint, down)).toBe('profile_unavailable keys_unreachable');
    expect(await codeOf(hint, connect())).toBe('good');
  });
});

test('an error about a hint contains no text of the hint', async () => {
  const canary = 'canary-of-the-hint';
  for (const claims of [{ aud: canary }, { oid: canary }, { iss: canary }, { iat: 0, name: canary }]) {
    const hint = await issue(claims);
    const error = await verify(hint).catch((thrown: unknown) => thrown as Error);
    const told = JSON.stringify(error, Object.getOwnPropertyNames(error));
    expect(told).not.toContain(canary);
    expect(told).not.toContain(hint.split('.')[1]);
  }
});
