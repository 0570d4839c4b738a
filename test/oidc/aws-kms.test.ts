import { expect, test } from '@jest/globals';
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { filesOf } from '../../src/config/data-files.js';
import { keysGuard } from '../../src/config/keys.js';
import { createOidcGuard } from '../../src/config/oidc.js';
import { openKeyService } from '../../src/storage/keys/open.js';
import { oidcConfig, prepareRequest, redirectUri, startIssuer } from '../../support/benches/issuer.js';
import { forFile } from '../../support/run/for-file.js';
import { kmsEnvironment, startKms } from '../../support/servers/kms/index.js';

/* A sign-in whose ID token is signed by a key in AWS KMS. */

const pair = await generateKeyPair('ES256', { extractable: true });
Object.assign(process.env, kmsEnvironment);
const kms = await forFile(startKms());
const keys = keysGuard.parse(kms.createServerKeys());
const publicKeys = [{ ...(await exportJWK(pair.publicKey)), kid: 'k1' }];
const bank = { kind: 'relying_party', id: 'bank', publicKeys, redirectUris: [redirectUri], fapi2: true };
const { clients } = createOidcGuard([]).parse({ clients: [bank] });
const op = await forFile(
  startIssuer({
    config: { ...oidcConfig, clients: [...oidcConfig.clients, ...clients] },
    openKeys: async (core) => {
      const files = filesOf({ dataFolder: '/nonexistent', keys });
      return (await openKeyService(keys, { ...core, files, onKeysLoaded: () => {} })).openOidcKeys();
    },
  }),
);

/** A sign-in up to the answer that the client exchanges for tokens. */
async function signIn(id = 'app') {
  const isBound = id === 'bank';
  const config = await op.discover(id, isBound ? client.PrivateKeyJwt({ key: pair.privateKey, kid: 'k1' }) : undefined);
  const options = isBound ? { DPoP: client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256')) } : {};
  const { params, checks } = await prepareRequest();
  const url = isBound
    ? await client.buildAuthorizationUrlWithPAR(config, params, options)
    : client.buildAuthorizationUrl(config, params);
  const { answer } = await op.authorize(url);
  kms.calls.length = 0;
  return { exchange: () => client.authorizationCodeGrant(config, answer, checks, undefined, options) };
}

test.each([
  ['RS256', 'app'],
  ['PS256', 'bank'],
])(
  'the server signs the ID token by %s with one KMS call, and the signature verifies with the published key',
  async (alg, id) => {
    await op.enrol('anna');
    const { exchange } = await signIn(id);
    const { id_token } = await exchange();
    expect(kms.calls).toEqual(['Sign']);
    const jwks = JSON.parse((await op.newBrowser().visit(`${op.issuer}/jwks`)).text);
    const currentDate = new Date(op.server.clock.now());
    const expected = { issuer: op.issuer, currentDate, algorithms: [alg] };
    const { payload } = await jwtVerify(id_token!, createLocalJWKSet(jwks), expected);
    expect(payload.sub).toBe('anna');
  },
);

test('a token request gets temporarily_unavailable if KMS refuses to sign', async () => {
  await op.enrol('anna');
  const { exchange } = await signIn();
  kms.cause('denied');
  await expect(exchange()).rejects.toMatchObject({ error: 'temporarily_unavailable' });
  kms.cause('none');
});
