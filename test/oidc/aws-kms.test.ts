import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLocalJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { kmsEnvironment, startKms } from '../../simulators/kms/index.js';
import { filesOf } from '../../src/config/data-files.js';
import { keysGuard } from '../../src/config/keys.js';
import { openKeyService } from '../../src/keys/open.js';
import { loginOf, redirectUri, startIssuer, type TestIssuer } from './issuer.js';

/* A sign-in whose ID token is signed by a key in AWS KMS. */

let kms: Awaited<ReturnType<typeof startKms>>;
let op: TestIssuer;
beforeAll(async () => {
  Object.assign(process.env, kmsEnvironment);
  kms = await startKms();
  const keys = keysGuard.parse({
    ...{ kind: 'aws-kms', region: kms.region, endpoint: kms.url },
    sealing: [{ version: 1, keyId: kms.createKey('HMAC_256') }],
    signing: { keyId: kms.createKey('ECC_NIST_P256') },
    oidc: { keyId: kms.createKey('RSA_2048') },
  });
  op = await startIssuer({
    keysFile: '/nonexistent',
    openKeys: async (core) => {
      const files = filesOf({ dataFolder: '/nonexistent', keys });
      return (await openKeyService(keys, { ...core, files, onKeysLoaded: () => {} })).openOidcKeys();
    },
  });
});
afterAll(async () => {
  await op.stop();
  await kms.close();
});

/** A sign-in up to the answer that the client exchanges for tokens. */
async function signIn() {
  const config = await op.discover('app');
  const verifier = client.randomPKCECodeVerifier();
  const browser = op.newBrowser();
  const camera = await browser.follow(
    client.buildAuthorizationUrl(config, {
      ...{ redirect_uri: redirectUri, scope: 'openid', state: 's-1', nonce: 'n-1', login_hint: loginOf('anna') },
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).href,
  );
  const shown = await op.show(browser, camera.url, 'anna');
  const back = await browser.follow(shown.returnUrl!);
  const checks = { pkceCodeVerifier: verifier, expectedNonce: 'n-1', expectedState: 's-1' };
  kms.calls.length = 0;
  return { exchange: () => client.authorizationCodeGrant(config, new URL(back.url), checks) };
}

test('the ID token verifies under the published key, and KMS was asked to sign once', async () => {
  await op.enrol('anna');
  const { exchange } = await signIn();
  const { id_token } = await exchange();
  expect(kms.calls).toEqual(['Sign']);
  const jwks = JSON.parse((await op.newBrowser().visit(`${op.issuer}/jwks`)).text);
  const currentDate = new Date(op.server.clock.now());
  const { payload } = await jwtVerify(id_token!, createLocalJWKSet(jwks), { issuer: op.issuer, currentDate });
  expect(payload.sub).toBe('anna');
});

test('where KMS does not sign, the client is told to try later', async () => {
  await op.enrol('anna');
  const { exchange } = await signIn();
  kms.cause('denied');
  await expect(exchange()).rejects.toMatchObject({ error: 'temporarily_unavailable' });
  kms.cause('none');
});
