import { createPublicKey } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { Fetch } from '../../src/core/ports.js';
import { Credential } from '../../src/core/secrets.js';
import { keyOutages } from '../../support/data/key-outages.js';
import { createManualClock } from '../../test/contract/state.js';
import { createVerifyCaller } from './caller.js';

const oauth = {
  issuer: 'https://example.okta.com/oauth2/hooks',
  audience: 'https://face.example.com',
  clientId: '0oaHookClient00000001',
};
const refused = { code: 'caller_untrusted' };

const { privateKey, publicKey } = await generateKeyPair('RS256');
const { privateKey: otherKey } = await generateKeyPair('RS256');
const publicJwk: JWK = { ...(await exportJWK(publicKey)), kid: 'k1', use: 'sig', alg: 'RS256' };
const publicPem = await exportSPKI(publicKey);

const clock = createManualClock();
const nowSec = () => clock.now() / 1000;

const toToken = (
  changes: Record<string, unknown> = {},
  key: CryptoKey | Uint8Array = privateKey,
  alg = 'RS256',
  kid = 'k1',
) =>
  new SignJWT({
    iss: oauth.issuer,
    aud: oauth.audience,
    cid: oauth.clientId,
    sub: oauth.clientId,
    iat: nowSec(),
    exp: nowSec() + 3600,
    ...changes,
  })
    .setProtectedHeader({ alg, kid })
    .sign(key);

/** The issuer's keys over a fetch that counts. */
function publish(answer: () => Promise<Response> = async () => Response.json({ keys: [publicJwk] })) {
  const urls: string[] = [];
  const fetch: Fetch = (url) => {
    urls.push(url);
    return answer();
  };
  return { urls, verify: createVerifyCaller({ oauth }, { fetch, clock }) };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('an access token', () => {
  test('is accepted with the configured issuer, audience and client; its keys are fetched once', async () => {
    const { verify, urls } = publish();
    for (let call = 0; call < 3; call++) await verify(bearer(await toToken()));
    expect(urls).toEqual(['https://example.okta.com/oauth2/hooks/v1/keys']);
  });

  test('is refused if one of its claims differs', async () => {
    const { verify } = publish();
    const others: Record<string, unknown>[] = [
      { iss: 'https://example.okta.com/oauth2/default' },
      { aud: 'api://default' },
      { cid: '0oaAnotherClient00001' },
      { cid: undefined },
      { cid: [oauth.clientId] },
      { exp: nowSec() - 60 },
      { exp: undefined },
      { nbf: nowSec() + 600 },
    ];
    for (const claims of others) await expect(verify(bearer(await toToken(claims)))).rejects.toMatchObject(refused);
  });

  test('is refused if its signature is not the issuer’s', async () => {
    const { verify } = publish();
    const good = await toToken();
    const [header = '', payload = '', signature = ''] = good.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    // The published key taken for a shared secret, in the forms in which an attacker has it.
    const spki = createPublicKey(publicPem).export({ type: 'spki', format: 'der' });
    const confused = await Promise.all(
      [Buffer.from(publicPem), spki, Buffer.from(publicJwk.n ?? '')].map((secret) => toToken({}, secret, 'HS256')),
    );
    const forged = [
      await toToken({}, otherKey),
      await toToken({}, privateKey, 'RS256', 'k2'),
      `${none}.${payload}.`,
      `${none}.${payload}.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${header}.${Buffer.from('{}').toString('base64url')}.${signature}`,
      ...confused,
      'x',
      '../index.js',
      'x'.repeat(100_000),
    ];
    for (const token of forged) await expect(verify(bearer(token))).rejects.toMatchObject(refused);
  });

  test('is refused if missing or under another scheme', async () => {
    const { verify, urls } = publish();
    const token = await toToken();
    for (const headers of [
      {},
      { authorization: token },
      { authorization: `Basic ${token}` },
      { authorization: 'Bearer ' },
    ])
      await expect(verify(headers)).rejects.toMatchObject(refused);
    await expect(verify({ authorization: `Bearer ${token}, Bearer ${token}` })).rejects.toMatchObject(refused);
    expect(urls).toEqual([]);
  });

  test('is accepted with a newly published key once the cached key set may be fetched again', async () => {
    const published: JWK[] = [];
    const { verify } = publish(async () => Response.json({ keys: published }));
    await expect(verify(bearer(await toToken()))).rejects.toMatchObject(refused);
    published.push(publicJwk);
    // Within the pause between two fetches strangers cannot make us fetch for each of their tokens.
    await expect(verify(bearer(await toToken()))).rejects.toMatchObject(refused);
  });

  test('causes an outage error, not an untrusted-caller error, if its keys cannot be fetched', async () => {
    for (const outage of keyOutages) {
      const error = publish(outage).verify(bearer(await toToken()));
      await expect(error).rejects.toMatchObject({ code: 'profile_unavailable' });
    }
  });
});

describe('a header secret', () => {
  const secret = { header: 'x-hook-secret', value: new Credential('correct-horse-battery') };
  const { fetch } = globalThis;

  test('is accepted only in its configured header', async () => {
    const verify = createVerifyCaller({ secret }, { fetch, clock });
    await verify({ 'x-hook-secret': 'correct-horse-battery' });
    for (const headers of [
      { authorization: 'correct-horse-battery' },
      { 'x-hook-secret': 'correct-horse-batterY' },
      { 'x-hook-secret': 'correct-horse-battery, x' },
      { 'x-hook-secret': '' },
      { 'x-hook-secret': '[Credential]' },
      {},
    ])
      await expect(verify(headers)).rejects.toMatchObject(refused);
  });

  test('if header secret and token are both configured, either one is enough', async () => {
    const fetchKeys: Fetch = async () => Response.json({ keys: [publicJwk] });
    const verify = createVerifyCaller({ secret, oauth }, { fetch: fetchKeys, clock });
    await verify({ 'x-hook-secret': 'correct-horse-battery' });
    await verify(bearer(await toToken()));
    await expect(verify({ 'x-hook-secret': 'wrong', ...bearer('wrong') })).rejects.toMatchObject(refused);
  });
});
