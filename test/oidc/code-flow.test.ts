import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import * as client from 'openid-client';
import { clientSecret, createKeysFolder, loginOf, redirectUri, startIssuer, type TestIssuer } from './issuer.js';

let keys: Awaited<ReturnType<typeof createKeysFolder>>;
let op: TestIssuer;
beforeAll(async () => {
  keys = await createKeysFolder();
});
afterAll(() => keys.remove());
beforeEach(async () => {
  op = await startIssuer({ keysFile: keys.file });
});
afterEach(() => op.stop());

test('code flow with PKCE', async () => {
  await op.enrol('anna');
  const config = await op.discover('app');
  const verifier = client.randomPKCECodeVerifier();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid',
    state: 's-1',
    nonce: 'n-1',
    login_hint: loginOf('anna'),
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const browser = op.newBrowser();
  const camera = await browser.follow(url.href);
  console.log(camera, [...browser.jar.values()]);
  expect(camera.url).toMatch(/\/face#/);
  const shown = await op.show(browser, camera.url, 'anna');
  console.log(shown);
  const back = await browser.follow(shown.returnUrl);
  console.log(back, op.server.log.text());
  const tokens = await client.authorizationCodeGrant(config, new URL(back.url), {
    pkceCodeVerifier: verifier,
    expectedNonce: 'n-1',
    expectedState: 's-1',
  });
  console.log(tokens.claims(), decodeProtectedHeader(tokens.id_token!));
  console.log(await client.fetchUserInfo(config, tokens.access_token, 'anna'));
  expect(clientSecret).toBeDefined();
});
