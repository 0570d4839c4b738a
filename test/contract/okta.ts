import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';
import { oktaConnectionGuard } from '../../adapters/okta/config.js';
import { createOktaAdapter } from '../../adapters/okta/index.js';
import { createOktaProvisioning } from '../../adapters/okta/provision.js';
import {
  parseEvents,
  parsePasswordImportHook,
  parseRegistrationHook,
  parseSamlHook,
  parseTokenHook,
} from '../../adapters/okta/schema.js';
import type { Exchange } from '../../simulators/exchanges.js';
import { type OktaSimulator, startOktaSimulator } from '../../simulators/okta/index.js';
import type { ClaimSources } from '../../src/config/claims.js';
import { policyGuard } from '../../src/config/connection.js';
import type { Provisioning } from '../../src/connections/provisioning.js';
import type { Policy } from '../../src/core/connection.js';
import { subjectOfIdentifier } from '../../src/core/connection.js';
import type { CoreDeps } from '../../src/core/deps.js';
import type { Clock, Fetch } from '../../src/core/ports.js';
import { type HookSignIn, recordPassedStepUp } from '../../src/core/step-up/passed-step-up.js';
import { createSqliteState } from '../../src/state/sqlite.js';
import { createTestVerifier } from '../embedded.js';
import { createTestSigner, testIssuer } from '../keys.js';
import { type ServedAdapter, serveAdapter } from '../serve-adapter.js';
import { standardDeps } from '../settings.js';
import { createMemoryAudit, createTextLog, systemRandom } from '../sinks.js';
import { type AdapterHarness, canary, type HookHarness, type RawRequest } from './adapter.js';
import {
  rightPassword,
  toLifecycleEvent,
  toPasswordEvent,
  toProgressiveEvent,
  toSamlEvent,
  toTokenEvent,
} from './okta-events.js';
import {
  eventReplyGuard,
  isAllowed,
  isClaimed,
  isCommanded,
  isKept,
  isStated,
  passwordReplyGuard,
  registrationReplyGuard,
  samlReplyGuard,
  tokenReplyGuard,
} from './okta-replies.js';
import { createManualClock } from './state.js';

export const hookSecret = `Bearer ${canary}-hook-secret`;

export interface OktaBench {
  readonly okta: OktaSimulator;
  readonly adapter: ServedAdapter;
  readonly core: CoreDeps & {
    readonly log: ReturnType<typeof createTextLog>;
    readonly audit: ReturnType<typeof createMemoryAudit>;
  };
  readonly clock: Clock & { advanceSec(seconds: number): void };
  readonly policy: Policy;
  passStepUp(userId: string, stepUpId?: string, signIn?: HookSignIn): Promise<void>;
  connect(settings?: OktaSettings): ServedAdapter;
  provision(settings?: OktaSettings & { readonly publicUrl?: string }): Provisioning;
  readonly passwordVerifier: { readonly url: string; readonly secret: string };
  readonly passwordsAsked: readonly { readonly username: string; readonly password: string }[];
  connectInShadowMode(): ServedAdapter;
  close(): Promise<void>;
  closeButOkta(): Promise<void>;
}

export interface OktaSettings {
  readonly claims?: ClaimSources;
  readonly okta?: Readonly<Record<string, unknown>>;
  readonly oidc?: Readonly<Record<string, unknown>> | null;
  readonly policy?: Readonly<Record<string, unknown>>;
  readonly core?: Partial<CoreDeps>;
  readonly fetch?: Fetch;
}

/**
 * Starts an org with the test's clock and the token's attribute. Its hook timeout is long, because the machine may be
 * busy.
 */
export async function openOktaBench(onExchange?: (exchange: Exchange) => void): Promise<OktaBench> {
  const clock = createManualClock();
  const okta = await startOktaSimulator({ now: () => clock.now(), hookTimeoutMs: 30_000, onExchange });
  const usual = policyGuard.parse({ mode: 'enforce', freshnessSec: 300, liveness: 'off' });
  const log = createTextLog();
  const audit = createMemoryAudit();
  const state = createSqliteState({ file: ':memory:', clock });
  const formerDirectory = await startFormerDirectory();
  const passwordVerifier = { url: formerDirectory.url, secret: `${canary}-verifier-secret` };
  const signer = await createTestSigner();
  const verifier = createTestVerifier();
  const core = { ...{ clock, state, audit, log, verifier, signer }, ...standardDeps };
  const toDeps = ({
    claims = {},
    okta: changes = {},
    oidc = null,
    policy = {},
    core: otherCore = {},
    fetch: send = fetch,
  }: OktaSettings) => ({
    settings: oktaConnectionGuard.parse({
      id: 'workforce',
      kind: 'okta',
      claims,
      policy: { ...usual, ...policy },
      oidc,
      okta: {
        orgUrl: okta.url,
        auth: { kind: 'api_token', token: okta.apiToken },
        hooks: { secret: { value: hookSecret } },
        passwordImport: { verifier: passwordVerifier },
        ...changes,
      },
    }),
    core: { ...core, ...otherCore },
    fetch: send,
  });
  const connect = (settings: OktaSettings = {}) => serveAdapter(createOktaAdapter, toDeps(settings));
  const provision = ({ publicUrl = testIssuer, ...settings }: OktaSettings & { publicUrl?: string } = {}) => {
    const deps = toDeps(settings);
    return createOktaProvisioning({ ...deps, publicUrl, clock, random: systemRandom, log });
  };
  await provision().steps[0]!.apply();
  const adapter = connect();
  return {
    okta,
    adapter,
    core,
    clock,
    policy: usual,
    connect,
    provision,
    passwordVerifier,
    passwordsAsked: formerDirectory.asked,
    connectInShadowMode: () => serveAdapter(createOktaAdapter, toDeps({ policy: { mode: 'shadow' } })),
    passStepUp: (subject, stepUpId = 'step-up-1', signIn = { application: null, address: null }) =>
      recordPassedStepUp(
        { connection: 'workforce', subject },
        {
          ...{ stepUpId, passedAt: clock.now(), liveness: 0.97, presence: 'movement-1' },
          ...{ anotherWay: false, signIn },
        },
        usual,
        core,
      ),
    async close() {
      await okta.close();
      await formerDirectory.close();
      await state.close();
    },
    closeButOkta: async () => {
      await formerDirectory.close();
      await state.close();
    },
  };
}

/** Starts the directory from which passwords are imported. It accepts one password for all users. */
async function startFormerDirectory() {
  const asked: { username: string; password: string }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.headers.authorization !== `Bearer ${canary}-verifier-secret`) return response.writeHead(401).end();
    const question = questionGuard.parse(JSON.parse(Buffer.concat(chunks).toString()));
    asked.push(question);
    return response.end(JSON.stringify({ verified: question.password === rightPassword }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return {
    asked,
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/verify`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const questionGuard = z.strictObject({ username: z.string(), password: z.string() });

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
    tells: { application: '0oafacestepapp000001', address: '127.0.0.1' },
    parse: parseTokenHook,
    toEvent: (subject, eventId) => toTokenEvent(clock, subject, eventId),
    replyGuard: tokenReplyGuard,
    isGranted: isClaimed,
    isLetThrough: isCommanded,
  };
  const registration: HookHarness = {
    ...shared,
    fixturePrefix: 'registration-',
    tells: { application: null, address: '127.0.0.1' },
    parse: parseRegistrationHook,
    toEvent: (subject, eventId) => toProgressiveEvent(clock, subject, eventId),
    replyGuard: registrationReplyGuard,
    isGranted: isAllowed,
    isLetThrough: isAllowed,
  };
  const saml: HookHarness = {
    ...shared,
    fixturePrefix: 'saml-',
    tells: { application: '0oath92zlO60urQOP0g3', address: '127.0.0.1' },
    parse: parseSamlHook,
    toEvent: (subject, eventId) => toSamlEvent(clock, subject, eventId),
    replyGuard: samlReplyGuard,
    isGranted: isStated,
    isLetThrough: isCommanded,
  };
  const passwordImport: HookHarness = {
    ...shared,
    fixturePrefix: 'password-import-',
    parse: parsePasswordImportHook,
    toEvent: (subject, eventId) => toPasswordEvent(clock, subject, eventId),
    replyGuard: passwordReplyGuard,
    isGranted: isKept,
    // Okta then continues as if there were no hook, so the password is not accepted.
    isLetThrough: isCommanded,
  };
  const events: HookHarness = {
    ...shared,
    fixturePrefix: 'events-',
    parse: parseEvents,
    toEvent: toLifecycleEvent,
    replyGuard: eventReplyGuard,
    isGranted: () => false,
    isLetThrough: ({ status }) => status === 204,
  };
  let isStopped = false;
  return {
    adapter,
    logText: () => core.log.text(),
    decisions: () => core.audit.events.filter(({ action }) => action === 'hook_decided').length,
    subjects: { one, other, unknown: '00uunknown0000000001' },
    addUser: (login) => okta.createUser({ login, password: 'correct horse' }),
    callUser(subject, firstName, lastName) {
      Object.assign(okta.org.users.get(subject)!.profile, { firstName, lastName });
    },
    readAttribute(subject) {
      const value = okta.org.users.get(subject)?.profile.facestepToken ?? null;
      return z.string().nullable().parse(value);
    },
    async stopProvider() {
      isStopped = true;
      await okta.close();
    },
    connectInShadowMode: () => bench.connectInShadowMode(),
    async passStepUp(subject, signIn) {
      await bench.passStepUp(subject, 'step-up-1', signIn);
      // A user whose password is imported has no ID yet, only a name.
      await bench.passStepUp(subjectOfIdentifier(subject), 'step-up-1', signIn);
    },
    hooks: { token, registration, saml, 'password-import': passwordImport, events },
    async close() {
      if (isStopped) await bench.closeButOkta();
      else await bench.close();
    },
  };
}
