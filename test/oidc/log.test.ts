import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createOidcGuard } from '../../src/config/oidc.js';
import { clientSecret, createKeysFolder, loginOf, redirectUri, startIssuer, type TestIssuer } from './issuer.js';

/* What the log says of a refused request: who asked and why, and nothing that is secret. */

let keys: Awaited<ReturnType<typeof createKeysFolder>>;
let op: TestIssuer;
const signer = await generateKeyPair('ES256', { extractable: true });
beforeAll(async () => {
  keys = await createKeysFolder();
});
afterAll(() => keys.remove());
beforeEach(async () => {
  const publicKeys = [{ ...(await exportJWK(signer.publicKey)), kid: 'k1' }];
  const clients = [
    { kind: 'relying_party', id: 'app', secret: clientSecret, redirectUris: [redirectUri] },
    { kind: 'relying_party', id: 'keyed', publicKeys, redirectUris: [redirectUri] },
  ];
  op = await startIssuer({ keysFile: keys.file, config: createOidcGuard().parse({ clients }) });
});
afterEach(() => op.stop());

/** The line about the one request that was refused. */
const refused = () => {
  const lines = op.server.log.text().split('\n');
  const found = lines.filter((line) => line.includes('OpenID request refused'));
  expect(found).toHaveLength(1);
  return JSON.parse(/\{.*\}/.exec(found[0] ?? '')?.[0] ?? '{}');
};
const exchange = (fields: Record<string, string>) =>
  op.open(`${op.issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'authorization_code', code: 'none', redirect_uri: redirectUri, ...fields }),
  });

test.each([
  [
    'another secret',
    { client_id: 'app', client_secret: 'canary-of-a-secret-0123456789abcdef' },
    'app',
    'invalid secret provided',
  ],
  ['no such client', { client_id: 'appp', client_secret: clientSecret }, 'appp', 'client not found'],
  [
    'another way to authenticate',
    { client_id: 'keyed', client_secret: clientSecret },
    'keyed',
    expect.stringContaining('mechanism'),
  ],
])('invalid_client: %s', async (_name, fields, client, reason) => {
  expect((await exchange(fields)).status).toBe(401);
  expect(refused()).toMatchObject({ client, error: 'invalid_client', reason });
  expect(op.server.log.text()).not.toMatch(/canary-of-a-secret|a-secret-of-the-application/);
});

test('invalid_client: an assertion by a key that is not there', async () => {
  const other = await generateKeyPair('ES256');
  const assertion = await new SignJWT({ jti: 'j-1' })
    .setProtectedHeader({ alg: 'ES256', kid: 'k2' })
    .setIssuer('keyed')
    .setSubject('keyed')
    .setAudience(op.issuer)
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(other.privateKey);
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  expect(
    (await exchange({ client_id: 'keyed', client_assertion: assertion, client_assertion_type: type })).status,
  ).toBe(401);
  expect(refused()).toMatchObject({ client: 'keyed', error: 'invalid_client', reason: expect.stringMatching(/key/i) });
  expect(op.server.log.text()).not.toContain(assertion);
});

test('a request that is refused: its client, and what the client is told', async () => {
  const asked = new URLSearchParams({
    ...{ client_id: 'app', redirect_uri: redirectUri, response_type: 'code', scope: 'profile' },
    login_hint: loginOf('anna'),
  });
  await op.newBrowser().follow(`${op.issuer}/authorize?${asked}`);
  expect(refused()).toMatchObject({
    client: 'app',
    error: 'invalid_request',
    description: 'the scope must include openid',
  });
  expect(op.server.log.text()).not.toContain(loginOf('anna'));
});
