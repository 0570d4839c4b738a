import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import * as client from 'openid-client';
import { scimConnectionGuard } from '../../adapters/scim/config.js';
import { createScimAdapter } from '../../adapters/scim/index.js';
import { defineAttribute } from '../../simulators/scim/directory.js';
import { type ScimSimulator, startScimSimulator } from '../../simulators/scim/index.js';
import { prepareRequest } from './issuer.js';
import { type ProviderBench, startProviderBench } from './provider-bench.js';

/*
 * An identity provider of one's own: its users and their tokens over SCIM, their sign-ins by OpenID Connect. Nothing of
 * either is a double: the server, the SCIM server and the relying party talk over sockets.
 */

const secret = 'a-secret-of-the-client-0123456789abcdef';
const schema = 'urn:ietf:params:scim:schemas:extension:facestep:2.0:User';

/** Where the relying party takes its answers: the browser only has to get there. */
let party: Server;
let redirectUri: string;
let scim: ScimSimulator;
let bench: ProviderBench;
let ada: string;
beforeEach(async () => {
  party = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(party, 'listening');
  const address = party.address();
  redirectUri = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/broker/face/endpoint`;
  scim = await startScimSimulator();
  scim.directory.extensions.set(schema, [defineAttribute('token')]);
  const settings = scimConnectionGuard.parse({
    ...{ id: 'people', kind: 'scim', policy: { mode: 'shadow' } },
    oidc: { clients: [{ kind: 'relying_party', id: 'sso', secret, redirectUris: [redirectUri] }] },
    scim: { baseUrl: scim.baseUrl, auth: { kind: 'bearer', token: scim.bearer } },
  });
  bench = await startProviderBench({
    ...{ settings, reach: { send: (url, init) => fetch(url, init), now: () => Date.now() } },
    createAdapter: createScimAdapter,
  });
  ada = scim.addUser('ada@example.com');
  scim.addUser('grace@example.com');
  await bench.enrol(ada, 'ada');
});
afterEach(async () => {
  await bench.stop();
  await scim.close();
  party.closeAllConnections();
  party.close();
});

const tokenOf = (id: string) => scim.directory.users.get(id)?.extensions.get(schema)?.get('token');

/** A sign-in at the relying party, as far as the answer that the browser brings back to it. */
async function signIn(login: string, face: string) {
  const config = await client.discovery(new URL(bench.issuer), 'sso', {}, client.ClientSecretPost(secret), {
    [client.customFetch]: (url, init) => bench.send(url, { ...init, body: init.body ?? null }),
  });
  const { params, checks } = await prepareRequest({ redirect_uri: redirectUri, login_hint: login });
  const url = client.buildAuthorizationUrl(config, params);
  const browser = bench.openBrowser();
  const camera = await browser.walk(url.href);
  const back = await browser.show(camera.url, face);
  return client.authorizationCodeGrant(config, new URL(back.url), checks);
}

test('somebody found by login shows the face that is sealed in their profile, and the relying party gets a token', async () => {
  expect(tokenOf(ada)).toMatch(/^fv1\./i);
  const tokens = await signIn('ADA@example.com', 'ada');
  expect(tokens.claims()).toMatchObject({
    ...{ iss: bench.issuer, aud: 'sso', sub: ada, preferred_username: 'ada@example.com' },
    ...{ acr: 'face', amr: ['face'], nonce: 'n-1' },
  });
});
