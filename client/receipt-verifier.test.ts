import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CompactSign, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { openServer } from '../test/contract/bench.js';
import { type Action, digestAction } from './action.js';
import { type ExpectedReceipt, type ReceiptErrorCode, receiptErrorText } from './receipt-claims.js';
import { createReceiptVerifier, type KeySet, type RemoteKeys } from './receipt-verifier.js';

const issuer = 'https://face.example.com';
const audience = 'https://shop.example.com/login';
const nowSec = 1_800_000_000;
const claims = {
  iss: issuer,
  aud: audience,
  sub: '00u1ab2cd3',
  iat: nowSec - 10,
  exp: nowSec + 110,
  jti: 'DFvqnBcjkLm5zfW8FqPvXw',
  nonce: 'n-0S6_WzA2Mj',
  connection: 'acme',
  txn: 'AgjsSoWa2WxTc3Y9b9mG9Q',
  auth_time: nowSec - 12,
  acr: 'face',
  amr: ['face'],
  accuracy: 4,
  liveness: 0.91,
};
type Claims = Record<string, unknown>;

const header = { alg: 'ES256', kid: 'one', typ: 'facestep-receipt+jwt' };
const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
const { privateKey: strangersKey } = await generateKeyPair('ES256');
const keys: KeySet = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }] };

const sign = (payload: Claims = claims, changed: Claims = {}, key = privateKey): Promise<string> =>
  new SignJWT(payload).setProtectedHeader({ ...header, ...changed } as typeof header).sign(key);

const verify = (receipt: string, expected?: ExpectedReceipt, at = nowSec, known: KeySet | RemoteKeys = keys) =>
  createReceiptVerifier({ issuer, audience, keys: known, clock: { now: () => at * 1000 } }).verify(receipt, expected);

const refusedAs = (code: ReceiptErrorCode) => ({ name: 'ReceiptError', code, message: receiptErrorText[code] });

describe('a receipt is accepted', () => {
  test('and its claims are returned', async () => {
    const expected = { connection: 'acme', subject: claims.sub, nonce: claims.nonce };
    expect(await verify(await sign(), expected)).toEqual(claims);
  });

  test('without a nonce, without liveness, and with an unknown claim', async () => {
    const { nonce: _, ...rest } = { ...claims, liveness: null, later: { of: 'us' } };
    const { later: __, ...told } = rest;
    expect(await verify(await sign(rest), { subject: claims.sub })).toEqual(told);
  });

  test.each(['light-1', 'movement-1', null])('with the presence check %s, which is returned', async (presence) => {
    expect(await verify(await sign({ ...claims, presence }))).toEqual({ ...claims, presence });
  });

  test.each([
    ['if the clock of the issuer is 30 s ahead', claims.iat - 30],
    ['until 30 s after its expiry', claims.exp + 29],
  ])('%s', async (_, at) => {
    expect(await verify(await sign(), {}, at)).toMatchObject({ jti: claims.jti });
  });

  test('if the key set also contains keys of other types', async () => {
    const rsa = await exportJWK((await generateKeyPair('RS256')).publicKey);
    const mixed = { keys: [{ ...rsa, kid: 'one' }, { kty: 'oct', k: 'AAAA' }, {}, ...keys.keys] };
    expect(await verify(await sign(), {}, nowSec, mixed)).toEqual(claims);
  });
});

describe('a receipt is refused', () => {
  test.each<[ReceiptErrorCode, string, Claims]>([
    ['issuer', 'of another issuer', { iss: 'https://face.example.net' }],
    ['audience', 'for another audience', { aud: 'https://shop.example.com/pay' }],
    ['malformed', 'for several audiences', { aud: [audience] }],
    ['connection', 'for a caller-held token', { connection: 'api:default' }],
    ['subject', 'for another subject', { sub: 'another' }],
    ['nonce', 'for another request', { nonce: 'another' }],
    ['nonce', 'for no request', { nonce: undefined }],
    ['expired', 'expired', { iat: nowSec - 200, exp: nowSec - 80 }],
    ['expired', 'issued in the future', { iat: nowSec + 31, exp: nowSec + 60 }],
    ['malformed', 'valid for more than 120 s', { exp: claims.iat + 121 }],
    ['malformed', 'expiring before its time of issue', { exp: claims.iat - 1 }],
    ['malformed', 'with an accuracy that does not exist', { accuracy: 9 }],
  ])('with code %s: %s', async (code, _, change) => {
    const receipt = await sign({ ...claims, ...change });
    const expected = { connection: 'acme', subject: claims.sub, nonce: claims.nonce };
    await expect(verify(receipt, expected)).rejects.toMatchObject(refusedAs(code));
  });

  test.each(['iss', 'aud', 'sub', 'iat', 'exp', 'jti', 'connection', 'txn', 'auth_time', 'acr', 'amr', 'accuracy'])(
    'with code malformed: without %s',
    async (name) => {
      const { [name]: _, ...rest } = claims as Claims;
      await expect(verify(await sign(rest))).rejects.toMatchObject(refusedAs('malformed'));
    },
  );

  test.each(['connection', 'subject', 'nonce'] as const)(
    'with code %s if the expected value is undefined',
    async (name) => {
      const expected = JSON.parse('{}') as ExpectedReceipt;
      Object.assign(expected, { [name]: undefined });
      const { nonce: _, ...withoutNonce } = claims;
      for (const payload of [claims, withoutNonce])
        await expect(verify(await sign(payload), expected)).rejects.toMatchObject(refusedAs(name));
    },
  );

  test('as soon as the clock tolerance ends', async () => {
    await expect(verify(await sign(), {}, claims.exp + 30)).rejects.toMatchObject(refusedAs('expired'));
    await expect(verify(await sign(), {}, claims.iat - 31)).rejects.toMatchObject(refusedAs('expired'));
  });

  test('if signed by a key that is not the issuer’s, under any key id', async () => {
    for (const kid of ['one', 'two', undefined])
      await expect(verify(await sign(claims, { kid }, strangersKey))).rejects.toMatchObject(refusedAs('signature'));
  });

  test('if unsigned, or signed with the public key as a shared secret', async () => {
    const unsigned = new UnsecuredJWT(claims).encode();
    await expect(verify(unsigned)).rejects.toMatchObject({ name: 'ReceiptError' });
    const payload = Buffer.from(JSON.stringify(claims));
    const secret = Buffer.from(JSON.stringify(keys.keys[0]));
    const confused = await new CompactSign(payload).setProtectedHeader({ ...header, alg: 'HS256' }).sign(secret);
    await expect(verify(confused)).rejects.toMatchObject(refusedAs('signature'));
  });

  test.each([undefined, 'JWT', 'application/facestep-receipt+jwt'])('with the JWT type %s', async (typ) => {
    await expect(verify(await sign(claims, { typ }))).rejects.toMatchObject(refusedAs('malformed'));
  });

  test('if its key is in its own header', async () => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(pair.publicKey);
    const receipt = await sign(claims, { jwk, kid: 'own' }, pair.privateKey);
    await expect(verify(receipt)).rejects.toMatchObject(refusedAs('signature'));
  });

  test('after a change of any character but the last, which contains unused bits', async () => {
    const receipt = await sign();
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';
    await fc.assert(
      fc.asyncProperty(fc.nat(receipt.length - 2), fc.constantFrom(...letters), async (at, letter) => {
        const altered = receipt.slice(0, at) + letter + receipt.slice(at + 1);
        fc.pre(altered !== receipt);
        await expect(verify(altered)).rejects.toMatchObject({ name: 'ReceiptError' });
      }),
      { numRuns: 300 },
    );
  });

  test('for any other text of any length', async () => {
    const texts = fc.oneof(fc.string(), fc.base64String(), fc.constantFrom('', '..', 'a.b.c', 'x'.repeat(1_000_000)));
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        await expect(verify(text)).rejects.toMatchObject({ name: 'ReceiptError' });
      }),
    );
    await expect(verify(JSON.parse('{"a":1}'))).rejects.toMatchObject(refusedAs('malformed'));
  });
});

describe('keys fetched from the issuer', () => {
  /** A server of one file, which counts how often it was asked. */
  async function serve(answer: () => { status: number; body: string }) {
    let asked = 0;
    const { url, close } = await openServer((_, response) => {
      asked += 1;
      const { status, body } = answer();
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
    const jwksUri = `${url}/.well-known/jwks.json`;
    const remote: RemoteKeys = { jwksUri, fetch: (url, init) => fetch(url, init) };
    return { remote, asked: () => asked, close };
  }
  const verifierOf = (remote: RemoteKeys) =>
    createReceiptVerifier({ issuer, audience, keys: remote, clock: { now: () => nowSec * 1000 } });

  test('are requested once', async () => {
    const server = await serve(() => ({ status: 200, body: JSON.stringify(keys) }));
    const verifier = verifierOf(server.remote);
    for (const _ of [1, 2, 3]) expect(await verifier.verify(await sign())).toEqual(claims);
    const unknown = await sign(claims, { kid: 'two' }, strangersKey);
    await expect(verifier.verify(unknown)).rejects.toMatchObject(refusedAs('signature'));
    expect(server.asked()).toBe(1);
    await server.close();
  });

  test('are requested again after 300 seconds: receipts signed by a removed key are then refused', async () => {
    let published = keys;
    const server = await serve(() => ({ status: 200, body: JSON.stringify(published) }));
    const verifier = verifierOf(server.remote);
    await verifier.verify(await sign());
    published = { keys: [] };
    // The library goes by the clock of the process.
    const { now } = Date;
    Date.now = () => now() + 301_000;
    try {
      await expect(verifier.verify(await sign())).rejects.toMatchObject(refusedAs('signature'));
    } finally {
      Date.now = now;
      await server.close();
    }
  });

  test('cause keys_unavailable, not a refusal of the receipt, if they are unavailable', async () => {
    const answers = [
      { status: 500, body: '{}' },
      { status: 302, body: '' },
      { status: 200, body: 'no JSON' },
      { status: 200, body: '{"keys":7}' },
    ];
    for (const answer of answers) {
      const server = await serve(() => answer);
      await expect(verifierOf(server.remote).verify(await sign())).rejects.toMatchObject(refusedAs('keys_unavailable'));
      await server.close();
    }
    const gone = await serve(() => ({ status: 200, body: '' }));
    await gone.close();
    await expect(verifierOf(gone.remote).verify(await sign())).rejects.toMatchObject(refusedAs('keys_unavailable'));
  });
});

test('a receipt for a fallback is refused by default; verifyAnyWay accepts and reports it', async () => {
  const { accuracy: _, liveness: __, ...rest } = claims;
  const otherWay = { ...rest, acr: 'another_way', amr: ['otp'], accuracy: null, liveness: null, presence: null };
  const receipt = await sign(otherWay);
  await expect(verify(receipt)).rejects.toMatchObject(refusedAs('another_way'));
  const verifier = createReceiptVerifier({ issuer, audience, keys, clock: { now: () => nowSec * 1000 } });
  expect(await verifier.verifyAnyWay(receipt, { subject: claims.sub })).toMatchObject({
    acr: 'another_way',
    amr: ['otp'],
  });
  expect(await verifier.verifyAnyWay(await sign())).toMatchObject({ acr: 'face' });
  await expect(verifier.verifyAnyWay(receipt, { subject: 'else' })).rejects.toMatchObject(refusedAs('subject'));
  for (const mixed of [{ accuracy: 4 }, { presence: 'movement-1' }, { acr: 'face' }, { acr: 'other' }])
    await expect(verifier.verifyAnyWay(await sign({ ...otherWay, ...mixed }))).rejects.toMatchObject(
      refusedAs('malformed'),
    );
});

describe('a receipt that approves an action', () => {
  const action: Action = { type: 'facestep_action', title: 'Pay', amount: { value: '12.00', currency: 'EUR' } };
  const approving = async (changed: Claims = {}) =>
    sign({ ...claims, action, action_digest: await digestAction(action), ...changed });

  test('is accepted for the expected action, which is returned', async () => {
    expect(await verify(await approving(), { action })).toMatchObject({ action });
  });

  test.each<[string, Action | undefined]>([
    ['another amount', { ...action, amount: { value: '120.00', currency: 'EUR' } }],
    ['another payee', { ...action, payee: 'Eve' }],
    ['an undefined expected action', undefined],
  ])('is refused for %s', async (_, expected) => {
    const wanted = { action: expected } as ExpectedReceipt;
    await expect(verify(await approving(), wanted)).rejects.toMatchObject(refusedAs('action'));
  });

  test('is refused as a sign-in, and a sign-in receipt is refused as an approval', async () => {
    await expect(verify(await approving(), { subject: claims.sub })).rejects.toMatchObject(refusedAs('action'));
    await expect(verify(await sign(), { action })).rejects.toMatchObject(refusedAs('action'));
  });

  test('is refused if its digest does not match its text, or if it has an unknown field', async () => {
    const more = { ...action, fee: '9' };
    for (const changed of [{ action_digest: 'ab'.repeat(32) }, { action_digest: undefined }, { action: more }]) {
      await expect(verify(await approving(changed), { action })).rejects.toMatchObject(refusedAs('malformed'));
    }
  });
});

test('a sandbox receipt is refused unless the caller sets acceptSandbox', async () => {
  const receipt = await sign({ ...claims, sandbox: true });
  const expected = { connection: 'acme', subject: claims.sub, nonce: claims.nonce };
  await expect(verify(receipt, expected)).rejects.toMatchObject(refusedAs('sandbox'));
  await expect(verify(receipt, { ...expected, acceptSandbox: false })).rejects.toMatchObject(refusedAs('sandbox'));
  expect(await verify(receipt, { ...expected, acceptSandbox: true })).toMatchObject({ sandbox: true });
  expect(await verify(await sign({ ...claims, sandbox: false }), expected)).toMatchObject({ sub: claims.sub });
});
