import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { applyAll, openServer } from '../../test/contract/bench.js';
import { provisionEntra, toEntraConnection } from '../../test/contract/entra.js';
import { createManualClock } from '../../test/contract/state.js';
import { type EntraSimulator, startEntraSimulator } from './index.js';
import { findApplication } from './tenant.js';

/* How a sign-in goes on after each answer of a custom authentication extension that our provisioning has set up. */

const clock = createManualClock();
let entra: EntraSimulator;
let userId: string;
let appId: string;
let closeHook: () => Promise<void>;
let calls: number;
beforeEach(async () => {
  entra = await startEntraSimulator({ now: () => clock.now() });
  userId = entra.addUser({ mail: 'ada@example.com' }).id;
  appId = entra.addClientApp({ acceptMappedClaims: false });
  calls = 0;
});
afterEach(async () => {
  await closeHook();
  await entra.close();
});

/** Provisions a hook that answers so. */
async function answerWith(listener: RequestListener | object): Promise<void> {
  const { url, close } = await openServer((request, response) => {
    request.resume();
    calls += 1;
    response.setHeader('content-type', 'application/json; charset=utf-8');
    if (typeof listener === 'function') listener(request, response);
    else response.end(JSON.stringify(listener));
  });
  closeHook = close;
  const daemon = entra.addDaemon();
  const connection = toEntraConnection(entra, daemon, { hooks: { clientApps: [appId] } });
  await applyAll(provisionEntra(connection, { clock, fetch: entra.fetch, publicUrl: url }));
}
const signIn = () => entra.signIn({ appId, userId });

const toReply = (actions: unknown) => ({
  data: { '@odata.type': 'microsoft.graph.onTokenIssuanceStartResponseData', actions },
});
const claimsReply = (claims: unknown) =>
  toReply([{ '@odata.type': 'microsoft.graph.tokenIssuanceStart.provideClaimsForToken', claims }]);

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
  expect(calls).toBe(2);
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
    expect(calls).toBe(attempts);
    expect(entra.tenant.callouts).toMatchObject([{ attempts, code }]);
  },
);
