import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { createOneloginConnectionGuard } from '../../adapters/onelogin/config.js';
import { createOneLoginAdapter } from '../../adapters/onelogin/index.js';
import { createOneLoginProvisioning } from '../../adapters/onelogin/provision.js';
import { parsePreAuthentication, parseUserMigration } from '../../adapters/onelogin/schema.js';
import { startOneLoginSimulator } from '../../simulators/onelogin/index.js';
import { policyGuard } from '../../src/config/connection.js';
import type { RawReply } from '../../src/connections/hook.js';
import { subjectOfIdentifier } from '../../src/core/connection.js';
import type { Clock } from '../../src/core/ports.js';
import { testIssuer } from '../../support/fakes/keys.js';
import { withoutTimeLimit } from '../../support/fakes/patient-fetch.js';
import { serveAdapter } from '../../support/servers/serve-adapter.js';
import { type AdapterHarness, canary, type HookHarness, type RawRequest } from './adapter.js';
import { type ConnectionChanges, createBenchCore, createEnds, createPassStepUp } from './bench.js';

export const hookSecret = `${canary}-hook-secret`;

export type OneLoginBench = Awaited<ReturnType<typeof openOneLoginBench>>;

export const attribute = 'facestep_token';

/**
 * Starts an account with the test's clock, the token's field and the face policy. Hooks get more time than in OneLogin,
 * because the machine may be busy.
 */
export async function openOneLoginBench({ graceMs = 30_000 }: { graceMs?: number } = {}) {
  const core = await createBenchCore();
  const { clock } = core;
  const onelogin = await startOneLoginSimulator({ now: () => clock.now(), graceMs });
  onelogin.account.fields.push({ id: 85_306, name: 'Face enrolment token', shortname: attribute, position: 1 });
  const facePolicyId = onelogin.addPolicy({ name: 'Face', factors: ['trusted_idp'] });
  const usual = policyGuard.parse({ mode: 'enforce', freshnessSec: 300, liveness: 'off' });
  const configure = ({ claims = {}, onelogin: changes = {}, policy = {}, recovery = {} }: ConnectionChanges = {}) =>
    createOneloginConnectionGuard([]).parse({
      id: 'workforce',
      kind: 'onelogin',
      claims,
      policy: { ...usual, ...policy },
      recovery,
      onelogin: {
        ...onelogin.toSettings(hookSecret, facePolicyId),
        ...changes,
      },
    });
  const connect = (changes: ConnectionChanges = {}) =>
    serveAdapter((deps) => createOneLoginAdapter(deps, async () => {}), {
      settings: configure(changes),
      core: { ...core, ...changes.core },
      fetch: changes.fetch ?? withoutTimeLimit(fetch),
    });
  const provision = (changes: ConnectionChanges & { readonly publicUrl?: string } = {}) => {
    const { publicUrl = testIssuer, fetch: send = fetch } = changes;
    return createOneLoginProvisioning({ ...core, settings: configure(changes), publicUrl, fetch: send });
  };
  const ends = createEnds(core, () => onelogin.close());
  return {
    onelogin,
    adapter: connect(),
    provision,
    core,
    clock,
    policy: usual,
    facePolicyId,
    configure,
    connect,
    passStepUp: createPassStepUp('workforce', usual, core),
    ends,
    ...ends,
  };
}

/** Signs a body like the Smart Hook. */
export const toSignature = (body: Uint8Array, timeSec: number, key: string = hookSecret): string =>
  `t=${timeSec},v1=${createHmac('sha256', key).update(`${timeSec}.`).update(body).digest('hex')}`;

export const withSignature = (body: Uint8Array, signature: string | undefined): RawRequest => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', 'x-facestep-signature': signature },
  body,
});

const nowSec = (clock: Clock): number => Math.floor(clock.now() / 1000);

export const signed = (clock: Clock, body: Uint8Array): RawRequest =>
  withSignature(body, toSignature(body, nowSec(clock)));

const forge = (clock: Clock, body: Uint8Array): readonly RawRequest[] => {
  const now = nowSec(clock);
  const good = toSignature(body, now);
  const altered = Buffer.concat([body, Buffer.from(' ')]);
  return [
    ...[
      undefined,
      `t=${now}`,
      good.slice(0, -1),
      `${good}, ${good}`,
      good.replace(/^t=\d+/, `t=${now + 1}`),
      toSignature(body, now, `${hookSecret}x`),
      toSignature(altered, now),
      // These signatures are correct, but contain a time that the server refuses.
      toSignature(body, now - 301),
      toSignature(body, now + 301),
    ].map((signature) => withSignature(body, signature)),
    { method: 'POST', headers: { authorization: `Bearer ${hookSecret}` }, body },
  ];
};

/** Replies that the Smart Hook understands. The Smart Hook treats any other status as an outage. */
export const replyGuard = z.union([
  z.strictObject({ status: z.literal(401), body: z.null() }),
  z.strictObject({
    status: z.literal(200),
    body: z.strictObject({ decision: z.enum(['allow', 'step_up', 'deny']) }),
  }),
]);

/** Returns true if the sign-in continues with the normal policy. */
export const isAllowed = ({ status, body }: RawReply): boolean =>
  status === 200 && z.object({ decision: z.literal('allow') }).safeParse(body).success;

export const toPreAuthenticationEvent = (user: string, requestId: string) => ({
  user_id: user,
  app_id: 959_314,
  ip: '120.118.218.225',
  risk: 30,
  request_id: requestId,
  correlation_id: '13a97251-215d-4fa5-baaf-6fc15700a2db',
});

export const toUserMigrationEvent = (identifier: string, requestId: string) => ({
  user_identifier: identifier,
  request_id: requestId,
  correlation_id: '13a97251-215d-4fa5-baaf-6fc15700a2db',
});

export async function setUpOneLogin(): Promise<AdapterHarness> {
  const bench = await openOneLoginBench();
  const { onelogin, adapter, clock } = bench;
  onelogin.account.throttleEvery = 4;
  const [one = '', other = ''] = ['ada@example.com', 'grace@example.com'].map((username) =>
    String(onelogin.addUser({ username, password: 'correct horse' })),
  );
  const shared = {
    sign: (body: Uint8Array) => signed(clock, body),
    forgeries: (body: Uint8Array) => forge(clock, body),
    replyGuard,
    isGranted: isAllowed,
    isLetThrough: isAllowed,
    replyMaxBytes: 1024,
  };
  const preAuthentication: HookHarness = {
    ...shared,
    fixturePrefix: 'pre-authentication-',
    tells: { application: '959314', address: '120.118.218.225' },
    parse: (body) => parsePreAuthentication({ signedAt: clock.now(), body }),
    toEvent: toPreAuthenticationEvent,
  };
  const userMigration: HookHarness = {
    ...shared,
    fixturePrefix: 'user-migration-',
    parse: (body) => parseUserMigration({ signedAt: clock.now(), body }),
    toEvent: toUserMigrationEvent,
  };
  return {
    adapter,
    subjects: { one, other, unknown: '99999999' },
    addUser: async (username) => String(onelogin.addUser({ username, password: 'correct horse' })),
    callUser(subject, firstname, lastname) {
      Object.assign(onelogin.account.users.get(Number(subject))!, { firstname, lastname });
    },
    readAttribute: (subject) => onelogin.account.users.get(Number(subject))?.customAttributes[attribute] ?? null,
    connectWithPolicy: (policy) => bench.connect({ policy }),
    connectThrough: (wrap) => bench.connect({ fetch: wrap(fetch) }),
    // One hook knows users by ID, the other by name.
    async passStepUp(subject, signIn) {
      await bench.passStepUp(subject, 'step-up-1', signIn);
      await bench.passStepUp(subjectOfIdentifier(subject), 'step-up-1', signIn);
    },
    hooks: { 'pre-authentication': preAuthentication, 'user-migration': userMigration },
    ...bench.ends,
  };
}
