import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { decodeJwt, jwtVerify } from 'jose';
import { applyAll, openServer } from '../../test/contract/bench.js';
import { provisionEntra, toEntraConnection } from '../../test/contract/entra.js';
import { createManualClock } from '../../test/contract/state.js';
import { type EntraSimulator, startEntraSimulator } from './index.js';
import { findApplication } from './tenant.js';

/* How a sign-in goes on after each answer of a custom authentication extension that our provisioning has set up. */

const clock = createManualClock();
let entra: EntraSimulator;
let hookAppId: string;
let userId: string;
let appId: string;
let closeHook: () => Promise<void>;
let calls: { url: string | undefined; authorization: string | undefined; body: unknown }[];
beforeEach(async () => {
  entra = await startEntraSimulator({ now: () => clock.now() });
  userId = entra.addUser({ mail: 'ada@example.com' }).id;
  appId = entra.addClientApp({ acceptMappedClaims: false });
  calls = [];
});
afterEach(async () => {
  await closeHook();
  await entra.close();
});

/** Provisions a hook that answers so. */
async function answerWith(listener: RequestListener | object): Promise<void> {
  const { url, close } = await openServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
    calls.push({ url: request.url, authorization: request.headers.authorization, body });
    response.setHeader('content-type', 'application/json; charset=utf-8');
    if (typeof listener === 'function') listener(request, response);
    else response.end(JSON.stringify(listener));
  });
  closeHook = close;
  const daemon = entra.addDaemon();
  hookAppId = daemon.clientId;
  const connection = toEntraConnection(entra, daemon, { hooks: { clientApps: [appId] } });
  await applyAll(provisionEntra(connection, { clock, fetch: entra.fetch, publicUrl: url }));
}
const signIn = () => entra.signIn({ appId, userId });

const toReply = (actions: unknown) => ({
  data: { '@odata.type': 'microsoft.graph.onTokenIssuanceStartResponseData', actions },
});
const claimsReply = (claims: unknown) =>
  toReply([{ '@odata.type': 'microsoft.graph.tokenIssuanceStart.provideClaimsForToken', claims }]);

test('the simulator issues a token with the mapped claims, and authenticates itself to the hook', async () => {
  await answerWith(claimsReply({ faceVerified: 'true', faceMethods: ['face', 'liveness'], unmapped: 'x' }));
  const signedIn = await signIn();
  if (!signedIn.ok) throw new Error(signedIn.error);
  const { publicJwk } = entra.tenant.keys.at(-1)!;
  const { payload } = await jwtVerify(signedIn.token, publicJwk, {
    issuer: entra.tenant.issuer,
    audience: appId,
    currentDate: new Date(clock.now()),
  });
  expect(payload).toMatchObject({ oid: userId, face_verified: 'true', face_methods: ['face', 'liveness'] });
  expect(payload).not.toHaveProperty('unmapped');
  const { id: tenantId } = entra.tenant;
  expect(calls).toMatchObject([
    {
      url: '/hooks/workforce/token-issuance-start',
      body: { data: { tenantId, authenticationContext: { user: { id: userId } } } },
    },
  ]);
  expect(decodeJwt(calls[0]!.authorization!.slice('Bearer '.length))).toMatchObject({
    aud: hookAppId,
    azp: '99045fe1-7639-4a75-9d4a-577b6ca3810f',
  });
});

test('the simulator issues no token without acceptMappedClaims', async () => {
  await answerWith(claimsReply({ faceVerified: 'true' }));
  findApplication(entra.tenant, appId)!.api.acceptMappedClaims = false;
  expect(await signIn()).toEqual({ ok: false, error: 'AADSTS50146', code: null });
});

test('the simulator waits for the configured timeout and retries once', async () => {
  await answerWith(() => {});
  const [[id, extension] = []] = [...entra.tenant.customExtensions];
  const clientConfiguration = { timeoutInMilliseconds: 200, maximumRetries: 1 };
  entra.tenant.customExtensions.set(id!, { ...extension!, clientConfiguration });
  expect(await signIn()).toMatchObject({ code: 1003005 });
  expect(calls).toHaveLength(2);
});

test.each<[string, RequestListener | object, number, number]>([
  ['a boolean', claimsReply({ faceVerified: true }), 1003003, 1],
  ['more than 3 KB', claimsReply({ faceVerified: 'x'.repeat(3069) }), 1003025, 1],
  ['no action', toReply([]), 1003010, 1],
  ['an unknown action', toReply([{ '@odata.type': 'microsoft.graph.tokenIssuanceStart.block' }]), 1003012, 1],
  ['invalid JSON', (_, response) => response.end('{'), 1003003, 1],
  ['status 403', (_, response) => response.writeHead(403).end(), 1003002, 2],
])(
  'the simulator issues no token if the hook answers with %s, and retries only after an HTTP error',
  async (_, reply, code, attempts) => {
    await answerWith(reply);
    expect(await signIn()).toEqual({ ok: false, error: 'AADSTS1100001', code });
    expect(calls).toHaveLength(attempts);
    expect(entra.tenant.callouts).toMatchObject([{ attempts, code }]);
  },
);
