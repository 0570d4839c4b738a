import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { runExample } from '../support/run/example.js';
import { type CredentialErrorCode, credentialErrorText } from './credential-error.js';
import { createCredentialVerifier } from './credential-verifier.js';
import type { KeySet, RemoteKeys } from './receipt-verifier.js';

const issuer = 'https://face.example.com/oidc/people';
const vct = 'https://face.example.com/types/staff-card';
const list = `${issuer}/status/list-1`;
const nowSec = 1_800_000_000;
const expected = { audience: 'x509_hash:portal', nonce: 'n-0S6_WzA2Mj' };
type Claims = Record<string, unknown>;
type Curve = 'ES256' | 'EdDSA';

const { privateKey: issuersKey, publicKey: issuersPublicKey } = await generateKeyPair('ES256', { extractable: true });
const { privateKey: strangersKey } = await generateKeyPair('ES256');
const keys: KeySet = {
  keys: [{ ...(await exportJWK(issuersPublicKey)), kid: 'one', alg: 'ES256', use: 'sig' }],
};
const holders = new Map<Curve, { readonly key: CryptoKey; readonly jwk: object }>();
for (const alg of ['ES256', 'EdDSA'] as const) {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  holders.set(alg, { key: privateKey, jwk: await exportJWK(publicKey) });
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url');
const toDisclosure = (...parts: readonly unknown[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');
const disclosures = [
  toDisclosure('salt-1', 'sub', '00u1ab2cd3'),
  toDisclosure('salt-2', 'given_name', 'Ada'),
  toDisclosure('salt-3', 'address', { locality: 'Singapore' }),
];

const sign = (claims: Claims, header: Claims, key: CryptoKey): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'ES256', ...header } as { alg: string }).sign(key);

/** Everything of a presentation that someone can make otherwise. */
interface Changes {
  readonly card?: Claims;
  readonly cardHeader?: Claims;
  readonly cardKey?: CryptoKey;
  readonly shown?: readonly string[];
  readonly concealed?: readonly string[];
  readonly proof?: Claims;
  readonly proofHeader?: Claims;
  readonly proofKey?: CryptoKey;
  readonly alg?: Curve;
}

async function present(changes: Changes = {}): Promise<string> {
  const { shown = disclosures.slice(0, 2), concealed = disclosures, alg = 'ES256' } = changes;
  const holder = holders.get(alg);
  const card = {
    iss: issuer,
    vct,
    iat: nowSec - 1000,
    exp: nowSec + 1000,
    cnf: { jwk: holder?.jwk },
    status: { status_list: { idx: 9, uri: list } },
    evidence: [{ type: 'face', time: '2027-01-15T07:43:20.000Z', presence: 'light-1' }],
    _sd_alg: 'sha-256',
    _sd: concealed.map(digestOf),
    ...changes.card,
  };
  const jws = await sign(card, { typ: 'dc+sd-jwt', kid: 'one', ...changes.cardHeader }, changes.cardKey ?? issuersKey);
  const before = [jws, ...shown, ''].join('~');
  const proof = {
    aud: expected.audience,
    nonce: expected.nonce,
    iat: nowSec,
    sd_hash: digestOf(before),
    ...changes.proof,
  };
  const key = changes.proofKey ?? holder?.key ?? strangersKey;
  return before + (await sign(proof, { alg, typ: 'kb+jwt', ...changes.proofHeader }, key));
}

/** A list of 16 bits, of which some are set. */
async function listOf(set: readonly number[], changes: Claims = {}, { typ = 'statuslist+jwt', key = issuersKey } = {}) {
  const bits = new Uint8Array(2);
  for (const at of set) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
  const lst = deflateSync(bits).toString('base64url');
  const claims = { sub: list, iat: nowSec, exp: nowSec + 60, status_list: { bits: 1, lst }, ...changes };
  return sign(claims, { typ, kid: 'one' }, key);
}

interface World {
  readonly reply?: () => Promise<Response>;
  readonly known?: KeySet | RemoteKeys;
}

const asked: string[] = [];
const verify = (presentation: string, { reply, known = keys }: World = {}) =>
  createCredentialVerifier({
    issuer,
    vct,
    keys: known,
    clock: { now: () => nowSec * 1000 },
    async fetch(url) {
      asked.push(url);
      return reply === undefined ? new Response(await listOf([8, 10])) : reply();
    },
  }).verify(presentation, expected);

const refusedAs = (code: CredentialErrorCode) => ({
  name: 'CredentialError',
  code,
  message: credentialErrorText[code],
});

describe('a presented credential is accepted', () => {
  test.each(['ES256', 'EdDSA'] as const)('with a holder key for %s, and its claims are returned', async (alg) => {
    const { claims, ...card } = await verify(await present({ alg }));
    expect(card).toEqual({
      subject: '00u1ab2cd3',
      issuedAt: nowSec - 1000,
      expiresAt: nowSec + 1000,
      evidence: [{ type: 'face', time: '2027-01-15T07:43:20.000Z', presence: 'light-1' }],
    });
    expect([...claims]).toEqual([['given_name', 'Ada']]);
    expect(asked.at(-1)).toBe(list);
  });

  test('if its holder discloses no claims', async () => {
    const { subject, claims } = await verify(await present({ shown: [] }));
    expect([subject, claims.size]).toEqual([null, 0]);
  });

  test.each(['constructor', '__proto__', 'toString'])(
    'with a claim named %s, which is treated like any other claim',
    async (name) => {
      const disclosure = toDisclosure('salt', name, 'x');
      const { claims } = await verify(await present({ shown: [disclosure], concealed: [disclosure] }));
      expect([...claims]).toEqual([[name, 'x']]);
    },
  );
});

describe('a presented credential is refused', () => {
  const [subject = '', name = ''] = disclosures;
  test.each<[CredentialErrorCode, string, Changes]>([
    ['malformed', 'with another JWT type', { cardHeader: { typ: 'facestep-receipt+jwt' } }],
    ['malformed', 'without the holder’s key', { card: { cnf: undefined } }],
    ['malformed', 'without a status', { card: { status: undefined } }],
    [
      'malformed',
      'with a status list at a file URL',
      { card: { status: { status_list: { idx: 9, uri: 'file:///etc/passwd' } } } },
    ],
    ['issuer', 'from another issuer', { card: { iss: `${issuer}2` } }],
    ['type', 'with another credential type', { card: { vct: `${vct}2` } }],
    ['expired', 'expired', { card: { exp: nowSec } }],
    ['expired', 'issued in the future', { card: { iat: nowSec + 31 } }],
    ['disclosure', 'with a disclosure that the issuer did not sign', { shown: [toDisclosure('salt', 'sub', 'eve')] }],
    ['disclosure', 'with a repeated disclosure', { shown: [subject, subject] }],
    [
      'disclosure',
      'with two disclosures of the same claim',
      { shown: [subject, toDisclosure('s', 'sub', 'eve')], concealed: [subject, toDisclosure('s', 'sub', 'eve')] },
    ],
    [
      'disclosure',
      'with a disclosure that overwrites a standard claim',
      { shown: [toDisclosure('s', 'iss', 'x')], concealed: [toDisclosure('s', 'iss', 'x')] },
    ],
    ['holder', 'with a proof of another type', { proofHeader: { typ: 'JWT' } }],
    ['holder', 'with a proof over other disclosures', { proof: { sd_hash: digestOf('x') } }],
    ['holder', 'with a proof for several audiences', { proof: { aud: [expected.audience, 'x'] } }],
    ['audience', 'presented to another verifier', { proof: { aud: 'x509_hash:another' } }],
    ['nonce', 'presented for another request', { proof: { nonce: 'n-2' } }],
    ['stale', 'presented too long ago', { proof: { iat: nowSec - 301 } }],
    ['stale', 'presented in the future', { proof: { iat: nowSec + 31 } }],
  ])('with code %s: %s', async (code, _, changes) => {
    await expect(verify(await present(changes))).rejects.toMatchObject(refusedAs(code));
  });

  test('if signed by a key other than the issuer’s or the holder’s', async () => {
    await expect(verify(await present({ cardKey: strangersKey }))).rejects.toMatchObject(refusedAs('signature'));
    await expect(verify(await present({ proofKey: strangersKey }))).rejects.toMatchObject(refusedAs('holder'));
    const edwards = holders.get('EdDSA')?.key ?? strangersKey;
    const other = present({ proofKey: edwards, proofHeader: { alg: 'EdDSA' } });
    await expect(verify(await other)).rejects.toMatchObject(refusedAs('holder'));
  });

  test('after removal of a disclosure or of the proof', async () => {
    const presentation = await present();
    const less = presentation.replace(`~${name}`, '');
    await expect(verify(less)).rejects.toMatchObject(refusedAs('holder'));
    const bare = presentation.slice(0, presentation.lastIndexOf('~') + 1);
    await expect(verify(bare)).rejects.toMatchObject(refusedAs('holder'));
  });

  test.each(['', '~', 'x~', 'a.b.c~', 'x'.repeat(70_000)])('if malformed: %.10s', async (text) => {
    await expect(verify(text)).rejects.toMatchObject({ name: 'CredentialError', code: 'malformed' });
  });
});

describe('the status of a credential', () => {
  test('depends only on the credential’s own bit in the list', async () => {
    const presentation = await present();
    await expect(verify(presentation, { reply: async () => new Response(await listOf([9])) })).rejects.toMatchObject(
      refusedAs('ended'),
    );
    await verify(presentation, { reply: async () => new Response(await listOf([0, 1, 8, 10, 15])) });
  });

  test.each<[string, () => Promise<Response>]>([
    ['cannot be reached', async () => Promise.reject(new TypeError('fetch failed'))],
    ['is not found', async () => new Response('', { status: 404 })],
    ['is another list', async () => new Response(await listOf([], { sub: `${list}2` }))],
    ['has expired', async () => new Response(await listOf([], { exp: nowSec }))],
    ['is of another type', async () => new Response(await listOf([], {}, { typ: 'jwt' }))],
    ['is signed with another key', async () => new Response(await listOf([], {}, { key: strangersKey }))],
    ['has two bits per entry', async () => new Response(await listOf([], { status_list: { bits: 2, lst: '' } }))],
    [
      'is too short',
      async () =>
        new Response(
          await listOf([], { status_list: { bits: 1, lst: deflateSync(Buffer.of(0)).toString('base64url') } }),
        ),
    ],
    ['is too long', async () => new Response('x'.repeat(300_000))],
  ])('is unavailable, and the credential refused, if the list %s', async (_, reply) => {
    await expect(verify(await present(), { reply })).rejects.toMatchObject(refusedAs('status_unavailable'));
  });

  test('is not requested for a credential that is already refused', async () => {
    const before = asked.length;
    await expect(verify(await present({ proof: { nonce: 'x' } }))).rejects.toMatchObject(refusedAs('nonce'));
    await expect(verify(await present({ cardKey: strangersKey }))).rejects.toMatchObject(refusedAs('signature'));
    expect(asked.length).toBe(before);
  });
});

test('a credential whose issuer’s keys cannot be fetched is refused with keys_unavailable', async () => {
  const known = {
    jwksUri: 'https://face.example.com/.well-known/jwks.json',
    fetch: async () => new Response('', { status: 503 }),
  };
  await expect(verify(await present(), { known })).rejects.toMatchObject(refusedAs('keys_unavailable'));
});

test('the example of createCredentialVerifier returns the disclosed claims', async () => {
  const fetch = async () => new Response(await listOf([]));
  const clock = { now: () => nowSec * 1000 };
  const given = {
    createCredentialVerifier,
    keys,
    fetch,
    Date: clock,
    presentation: await present(),
    nonce: expected.nonce,
  };
  const claims = await runExample('client/credential-verifier.ts', 'createCredentialVerifier', given, '[...claims]');
  expect(claims).toEqual([['given_name', 'Ada']]);
});
