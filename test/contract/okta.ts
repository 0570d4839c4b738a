import { z } from 'zod';
import type { Adapter, RawReply, RawRequest } from '../../adapters/adapter.js';
import { createAdapter } from '../../adapters/index.js';
import { createOktaAdapter, type OktaAdapter } from '../../adapters/okta/index.js';
import { oktaConnectionGuard, parseRegistrationHook, parseTokenHook } from '../../adapters/okta/schema.js';
import { policyGuard } from '../../src/config/connection.js';
import type { Policy } from '../../src/core/connection.js';
import type { CoreDeps } from '../../src/core/deps.js';
import { recordPassedStepUp } from '../../src/core/passed-step-up.js';
import type { Clock, Fetch } from '../../src/core/ports.js';
import { toIso } from '../../src/core/units.js';
import { createSqliteState } from '../../src/state/sqlite.js';
import { createTestVerifier } from '../embedded.js';
import { createTestSigner, testIssuer } from '../keys.js';
import { type OktaSimulator, startOktaSimulator } from '../simulators/okta/index.js';
import { createMemoryAudit, createTextLog, systemRandom } from '../simulators/sinks.js';
import { type AdapterHarness, canary, type HookHarness } from './adapter.js';
import { createManualClock } from './state.js';

/** The header secret of the test's hooks. */
export const hookSecret = `Bearer ${canary}-hook-secret`;

/** A simulated org, an adapter connected to it, and what they work with. */
export interface OktaBench {
  readonly okta: OktaSimulator;
  readonly adapter: OktaAdapter;
  readonly core: CoreDeps & {
    readonly log: ReturnType<typeof createTextLog>;
    readonly audit: ReturnType<typeof createMemoryAudit>;
  };
  readonly clock: Clock & { advanceSec(seconds: number): void };
  readonly policy: Policy;
  /** Notes a passed step-up of the user, as of now. */
  passStepUp(userId: string, stepUpId?: string): Promise<void>;
  /** An adapter for the same org with other settings. */
  connect(settings?: OktaSettings): OktaAdapter;
  /** The same adapter as the service makes it for a connection in shadow mode. */
  connectInShadowMode(): Promise<Adapter>;
  close(): Promise<void>;
}

/** What differs from the usual settings of the tests. */
export interface OktaSettings {
  readonly okta?: Readonly<Record<string, unknown>>;
  readonly policy?: Readonly<Record<string, unknown>>;
  readonly core?: Partial<CoreDeps>;
  readonly fetch?: Fetch;
}

/**
 * Starts an org whose clock is the test's, with the attribute defined in it. It waits long for hooks, as the machine may
 * be busy: tests of Okta's own limit set it.
 */
export async function openOktaBench(): Promise<OktaBench> {
  const clock = createManualClock();
  const okta = await startOktaSimulator({ now: () => clock.now(), hookTimeoutMs: 30_000 });
  const usual = policyGuard.parse({ freshnessSec: 300 });
  const log = createTextLog();
  const audit = createMemoryAudit();
  const state = createSqliteState({ file: ':memory:', clock });
  const signer = await createTestSigner();
  const verifier = createTestVerifier();
  const core = { clock, random: systemRandom, state, audit, log, verifier, signer, issuer: testIssuer };
  const toDeps = ({ okta: changes = {}, policy = {}, core: otherCore = {}, fetch: send = fetch }: OktaSettings) => ({
    settings: oktaConnectionGuard.parse({
      id: 'workforce',
      kind: 'okta',
      policy: { ...usual, ...policy },
      okta: {
        orgUrl: okta.url,
        auth: { kind: 'api_token', token: okta.apiToken },
        hooks: { secret: { value: hookSecret } },
        ...changes,
      },
    }),
    core: { ...core, ...otherCore },
    fetch: send,
  });
  const connect = (settings: OktaSettings = {}) => createOktaAdapter(toDeps(settings));
  const adapter = connect();
  await adapter.profile.ensureAttribute();
  return {
    okta,
    adapter,
    core,
    clock,
    policy: usual,
    connect,
    connectInShadowMode: () => {
      const { settings, ...deps } = toDeps({ policy: { mode: 'shadow' } });
      return createAdapter(settings, deps);
    },
    passStepUp: (subject, stepUpId = 'step-up-1') =>
      recordPassedStepUp(
        { connection: 'workforce', subject },
        { stepUpId, passedAt: clock.now(), liveness: 0.97 },
        usual,
        core,
      ),
    async close() {
      await okta.close();
      await state.close();
    },
  };
}

/** A call with the right secret. */
export const signed = (body: Uint8Array): RawRequest => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: hookSecret },
  body,
});

const unsigned = (body: Uint8Array): readonly RawRequest[] =>
  [
    {},
    { authorization: '' },
    { authorization: `${hookSecret} ` },
    { authorization: hookSecret.toLowerCase() },
    { authorization: hookSecret.slice(0, -1) },
    { authorization: `${hookSecret}, ${hookSecret}` },
    { 'x-authorization': hookSecret },
  ].map((headers) => ({ method: 'POST', headers, body }));

const operationGuard = z.strictObject({
  op: z.enum(['add', 'replace']),
  path: z.literal('/claims/face_verification'),
  value: z.strictObject({
    result: z.literal('verified'),
    at: z.int(),
    txn: z.string(),
    liveness: z.number().min(0).max(1).optional(),
  }),
});
const removalGuard = z.strictObject({ op: z.literal('remove'), path: z.literal('/claims/face_verification') });

// OAuth allows no other characters in error_description (RFC 6749, section 4.1.2.1).
const summaryGuard = z.string().regex(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);

const untrustedGuard = z.strictObject({ status: z.literal(401), body: z.null() });

/** What Okta accepts from a token hook; a status other than 200 lets the token through unchanged. */
export const tokenReplyGuard = z.union([
  untrustedGuard,
  z.strictObject({
    status: z.literal(200),
    body: z.union([
      z.strictObject({ error: z.strictObject({ errorSummary: summaryGuard }) }),
      z.strictObject({
        commands: z.array(
          z.strictObject({
            type: z.enum(['com.okta.identity.patch', 'com.okta.access.patch']),
            value: z.array(z.union([operationGuard, removalGuard])).min(1),
          }),
        ),
      }),
    ]),
  }),
]);

const actionGuard = (registration: 'ALLOW' | 'DENY') =>
  z.tuple([
    z.strictObject({
      type: z.literal('com.okta.action.update'),
      value: z.strictObject({ registration: z.literal(registration) }),
    }),
  ]);

/** What Okta accepts from a registration hook. */
export const registrationReplyGuard = z.union([
  untrustedGuard,
  z.strictObject({
    status: z.literal(200),
    body: z.union([
      z.strictObject({ commands: actionGuard('ALLOW') }),
      z.strictObject({
        commands: actionGuard('DENY'),
        error: z.strictObject({
          errorSummary: summaryGuard,
          errorCauses: z.tuple([
            z.strictObject({
              errorSummary: z.string().min(1),
              reason: z.string().regex(/^[A-Z_]+$/),
              locationType: z.literal('body'),
              location: z.literal('data.userProfile.login'),
              domain: z.literal('end-user'),
            }),
          ]),
        }),
      }),
    ]),
  }),
]);

/** Whether the reply puts the claim into a token. */
export const isClaimed = (reply: RawReply): boolean => JSON.stringify(reply.body).includes('"result":"verified"');

/** Whether Okta mints the token, having been told nothing against it. */
const isCommanded = ({ status, body }: RawReply): boolean =>
  status === 200 && z.object({ commands: z.array(z.unknown()) }).safeParse(body).success;

/** Whether the reply lets the profile be completed. */
export const isAllowed = (reply: RawReply): boolean => JSON.stringify(reply.body).includes('"ALLOW"');

/** A token hook call about a user, with only what is used. */
export const toTokenEvent = (clock: Clock, user: string, eventId: string) => ({
  eventId,
  eventTime: toIso(clock.now()),
  eventType: 'com.okta.oauth2.tokens.transform',
  data: {
    context: { user: { id: user } },
    identity: { claims: { sub: user } },
    access: { claims: { uid: user, sub: 'somebody@example.com' } },
  },
});

/** A registration hook call about an existing user, with only what is used. */
export const toProgressiveEvent = (clock: Clock, user: string, eventId: string) => ({
  eventId,
  eventTime: toIso(clock.now()),
  eventType: 'com.okta.user.pre-registration',
  requestType: 'progressive.profile',
  data: { context: { user: { id: user } }, userProfileUpdate: { employeeNumber: '1234' } },
});

/** Okta for the suite every adapter runs. */
export async function setUpOkta(): Promise<AdapterHarness> {
  const bench = await openOktaBench();
  const { okta, adapter, core, clock } = bench;
  const [one, other] = await Promise.all(
    ['ada@example.com', 'grace@example.com'].map((login) => okta.createUser({ login, password: 'correct horse' })),
  );
  if (one === undefined || other === undefined) throw new Error('no users');
  const shared = { sign: signed, forgeries: unsigned, replyMaxBytes: 256 * 1024 };
  const token: HookHarness = {
    ...shared,
    fixturePrefix: 'token-',
    parse: parseTokenHook,
    toEvent: (subject, eventId) => toTokenEvent(clock, subject, eventId),
    replyGuard: tokenReplyGuard,
    isGranted: isClaimed,
    isLetThrough: isCommanded,
  };
  const registration: HookHarness = {
    ...shared,
    fixturePrefix: 'registration-',
    parse: parseRegistrationHook,
    toEvent: (subject, eventId) => toProgressiveEvent(clock, subject, eventId),
    replyGuard: registrationReplyGuard,
    isGranted: isAllowed,
    isLetThrough: isAllowed,
  };
  let isStopped = false;
  return {
    adapter,
    logText: () => core.log.text(),
    decisions: () => core.audit.events.filter(({ action }) => action === 'hook_decided').length,
    subjects: { one, other, unknown: '00uunknown0000000001' },
    readAttribute(subject) {
      const value = okta.org.users.get(subject)?.profile.facestepToken ?? null;
      return z.string().nullable().parse(value);
    },
    async stopProvider() {
      isStopped = true;
      await okta.close();
    },
    connectInShadowMode: () => bench.connectInShadowMode(),
    passStepUp: (subject) => bench.passStepUp(subject),
    hooks: { token, registration },
    async close() {
      if (isStopped) await core.state.close();
      else await bench.close();
    },
  };
}
