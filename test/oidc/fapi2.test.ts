import { beforeEach, describe, expect, test } from '@jest/globals';
import { decodeProtectedHeader, exportJWK, generateKeyPair } from 'jose';
import * as client from 'openid-client';
import { createOidcGuard } from '../../src/config/oidc.js';
import { toEpochSec } from '../../src/core/units.js';
import { prepareRequest, redirectUri, startIssuer, type TestIssuer } from '../../support/benches/issuer.js';

/*
 * A client under the FAPI 2.0 Security Profile, next to one that is not.
 * https://openid.net/specs/fapi-security-profile-2_0-final.html
 */

let op: TestIssuer;
const ofApp = await generateKeyPair('ES256', { extractable: true });
const rsa = await generateKeyPair('RS256', { extractable: true });
beforeEach(async () => {
  const publicKeys = [
    { ...(await exportJWK(ofApp.publicKey)), kid: 'k1' },
    { ...(await exportJWK(rsa.publicKey)), kid: 'k2' },
  ];
  const of = (id: string) => ({ kind: 'relying_party', id, publicKeys, redirectUris: [redirectUri] });
  const clients = [{ ...of('bank'), fapi2: true }, { ...of('pushing'), requirePushed: true }, of('plain')];
  op = await startIssuer({ config: createOidcGuard([]).parse({ clients }) });
  await op.enrol('anna');
});

const signedBy = (key = ofApp.privateKey, kid = 'k1', change: (claims: client.JsonObject) => void = () => {}) =>
  client.PrivateKeyJwt({ key, kid }, { [client.modifyAssertion]: (_header, payload) => change(payload as never) });

async function prepare(id: string, auth = signedBy()) {
  return { config: await op.discover(id, auth), ...(await prepareRequest()) };
}

const dpopOf = async (config: client.Configuration) => ({
  DPoP: client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256')),
});

test('a FAPI 2.0 client gets tokens from a pushed request, valid only with the client’s DPoP key', async () => {
  const { config, params, checks } = await prepare('bank');
  const options = await dpopOf(config);
  const url = await client.buildAuthorizationUrlWithPAR(config, params, options);
  const { answer: back } = await op.authorize(url);
  expect(back.searchParams.get('iss')).toBe(op.issuer);
  const tokens = await client.authorizationCodeGrant(config, back, checks, undefined, options);
  expect(tokens.token_type).toBe('dpop');
  const header = decodeProtectedHeader(tokens.id_token!);
  expect(header).toEqual({ alg: 'PS256', kid: expect.stringMatching(/-PS256$/) });
  const { keys: published } = JSON.parse((await op.newBrowser().visit(`${op.issuer}/jwks`)).text);
  expect(published.find(({ kid }: { kid: string }) => kid === header.kid)).toMatchObject({ alg: 'PS256', kty: 'RSA' });
  expect(tokens.claims()).toMatchObject({ sub: 'anna', acr: 'face' });

  expect(await client.fetchUserInfo(config, tokens.access_token, 'anna', options)).toMatchObject({ sub: 'anna' });
  const stolen = client.fetchUserInfo(config, tokens.access_token, 'anna', await dpopOf(config));
  await expect(stolen).rejects.toThrow();
  const bare = await op.open(`${op.issuer}/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
  expect(bare.status).toBe(401);
});

describe('a FAPI 2.0 client is refused', () => {
  const push = async (auth: client.ClientAuth, leftOut = 'nothing') => {
    const { config, params } = await prepare('bank', auth);
    const sent = Object.entries(params).filter(([name]) => !name.startsWith(leftOut));
    return client.buildAuthorizationUrlWithPAR(config, Object.fromEntries(sent), await dpopOf(config));
  };

  test('with an assertion signed by RS256, or with the endpoint as audience', async () => {
    await expect(push(signedBy(rsa.privateKey, 'k2'))).rejects.toMatchObject({ error: 'invalid_client' });
    const aud = `${op.issuer}/par`;
    const elsewhere = signedBy(ofApp.privateKey, 'k1', (claims) => Object.assign(claims, { aud }));
    await expect(push(elsewhere)).rejects.toMatchObject({ error: 'invalid_client' });
  });

  test('with an assertion issued over a minute in the future, and accepted with one of ten seconds', async () => {
    const ahead = (seconds: number) =>
      signedBy(ofApp.privateKey, 'k1', (claims) => {
        const iat = toEpochSec(op.server.clock.now()) + seconds;
        Object.assign(claims, { iat, exp: iat + 60 });
      });
    await expect(push(ahead(62))).rejects.toMatchObject({ error: 'invalid_client' });
    expect((await push(ahead(10))).href).toContain('request_uri=');
    const { config, params } = await prepare('pushing', ahead(62));
    expect((await client.buildAuthorizationUrlWithPAR(config, params)).href).toContain('request_uri=');
  });

  test('without PKCE, and without a pushed request', async () => {
    const without = push(signedBy(), 'code_challenge');
    await expect(without).rejects.toMatchObject({ error: 'invalid_request' });
    for (const id of ['bank', 'pushing']) {
      const { config, params } = await prepare(id);
      const answer = await op.newBrowser().follow(client.buildAuthorizationUrl(config, params).href);
      expect(new URL(answer.url).searchParams.get('error')).toBe('invalid_request');
    }
  });

  test('if it redeems a code without a DPoP proof', async () => {
    const { config, params, checks } = await prepare('bank');
    const { answer: back } = await op.authorize(await client.buildAuthorizationUrlWithPAR(config, params));
    const grant = client.authorizationCodeGrant(config, back, checks);
    await expect(grant).rejects.toMatchObject({ error: 'invalid_grant' });
  });
});

test('a FAPI 2.0 client cannot be configured with a client secret', () => {
  const app = { kind: 'relying_party', id: 'bank', secret: 'x'.repeat(32), redirectUris: [redirectUri], fapi2: true };
  expect(createOidcGuard([]).safeParse({ clients: [app] }).success).toBe(false);
});
