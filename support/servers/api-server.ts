import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { issueClientToken } from '../../src/access/client-tokens.js';
import type { Role } from '../../src/access/rights.js';
import { type ClientScope, clientScopes, type replayPolicies } from '../../src/access/scopes.js';
import { createRefusalRecorder, createUsageRecorder } from '../../src/access/usage.js';
import { type AppDeps, createApp } from '../../src/app/app.js';
import { auditEvents } from '../../src/app/audit-events.js';
import { createEndpoints } from '../../src/app/endpoints.js';
import { flows } from '../../src/app/flows.js';
import { createBrands } from '../../src/brand/brands.js';
import { createAccountNames } from '../../src/connections/account-names.js';
import type { Setup } from '../../src/connections/setup.js';
import type { JsonObject } from '../../src/core/base/json.js';
import type { Connection } from '../../src/core/connection.js';
import type { CoreDeps, Ports } from '../../src/core/deps.js';
import type { Message, State } from '../../src/core/ports.js';
import { toIso } from '../../src/core/units.js';
import { createPasskeys } from '../../src/enrolment/webauthn/passkeys.js';
import { refusals } from '../../src/errors.js';
import {
  contributionsOf,
  loadOidcExtensions,
  type OpenedExtensions,
  openExtensions,
  sections,
} from '../../src/extensions/index.js';
import { type ListeningServer, listen } from '../../src/http/listen.js';
import { createRefusedCalls } from '../../src/http/refused-calls.js';
import { refusalGuard } from '../../src/http/reply.js';
import { createBodyPools } from '../../src/http/request-budget.js';
import type { Endpoint } from '../../src/http/rest/endpoint.js';
import { codesOf } from '../../src/http/rest/openapi.js';
import { withRecipientBudget } from '../../src/notifications/delivery/recipient-budget.js';
import { mountOidc, type OidcIssuers } from '../../src/oidc/mount.js';
import type { SecurityEvents } from '../../src/security-events/ssf/deps.js';
import { createSqliteLedger } from '../../src/storage/state/ledger-sqlite.js';
import { createSqliteState } from '../../src/storage/state/sqlite.js';
import { requireAccountedKeys } from '../data/personal-data.js';
import { consoleDeps, standardSettings } from '../data/settings.js';
import { createTestSight, createTestVerifier } from '../fakes/embedded.js';
import { createTestJobs, sleepShortly } from '../fakes/jobs.js';
import { createKeysInMemory, createTestSigner, testIssuer } from '../fakes/keys.js';
import { createManualClock } from '../fakes/manual-clock.js';
import { createSimulatedJudge } from '../fakes/simulated-judge.js';
import { createMemoryAudit, createTextLog, systemRandom } from '../fakes/sinks.js';
import { standInPorts } from '../fakes/stand-in-ports.js';
import { createTestUpkeep, emptySetup } from '../fakes/upkeep.js';
import { endAfterwards } from '../run/for-file.js';
import { pageFolders } from '../run/paths.js';
import { createQuietTelemetry } from './telemetry.js';

export const adminKey = 'fsa_test-administrator';
export const asAdmin = { 'x-admin-key': adminKey };

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: JsonObject;
}

function checkAgainst(endpoints: readonly Endpoint[], method: string, path: string, init: RequestInit, answer: Answer) {
  if (answer.status >= 400) {
    const { code } = refusalGuard.parse(answer.body);
    const statuses = new Map<string, number>(Object.entries(refusals).map(([name, { status }]) => [name, status]));
    assert.equal(statuses.get(code), answer.status, code);
  }
  const asked = new Headers(init.headers).get('x-api-version') ?? (path.startsWith('/v2/') ? '2' : '1');
  // Paths without parameters come first, as on the server.
  const byParameters = endpoints.toSorted((one, other) => one.path.split(':').length - other.path.split(':').length);
  const endpoint = byParameters.find(
    (each) =>
      each.method === method &&
      each.versions.some((version) => String(version) === asked) &&
      new RegExp(`^(/v[12])?${each.path.replace(/:\w+/g, '[^/]+')}$`).test(path.replace(/\?.*/, '')),
  );
  if (endpoint === undefined) return;
  if (answer.status < 400) {
    assert.equal(answer.status, endpoint.status, path);
    endpoint.replyGuard.parse(answer.body);
  } else {
    const codes: readonly string[] = codesOf(endpoint);
    assert.ok(codes.includes(String(answer.body.code)), `${path} does not list ${answer.body.code}`);
  }
}

/** Starts the app on a real socket with real state, and exposes its parts. */
export async function startApiServer(
  given: Partial<Omit<AppDeps, 'clock' | 'log' | 'audit' | 'signer'>> & {
    /** Core of another server to join. Without it, the server gets its own. */
    core?: Pick<CoreDeps, 'signer'> & {
      clock: ReturnType<typeof createManualClock>;
      audit: ReturnType<typeof createMemoryAudit>;
      log: ReturnType<typeof createTextLog>;
    };
    /**
     * Initial time of the clock. Tests set this time so that no rate limit window ends while the test counts
     * requests.
     */
    startMs?: number;
    /** Settings of the extensions. */
    sections?: object;
    port?: number;
    setup?: () => Setup;
    toState?: (state: State) => State;
    /** Creates the OpenID providers from the core. */
    oidc?: (core: CoreDeps & Ports<'keys'>) => Promise<OidcIssuers>;
    transmitter?: (core: CoreDeps) => Promise<SecurityEvents>;
  } = {},
) {
  const { clock, log, audit, signer } = given.core ?? {
    clock: createManualClock(given.startMs ?? Date.now()),
    log: createTextLog(),
    audit: createMemoryAudit(),
    signer: await createTestSigner(),
  };
  const messages: Message[] = [];
  /** Channels that are only written to the outbox file. Tests add them. */
  const outbox: Message['channel'][] = [];
  const sink = { outbox, send: async (message: Message) => void messages.push(message) };
  const { toState = (opened: State) => opened } = given;
  const state = requireAccountedKeys(toState(given.state ?? createSqliteState({ file: ':memory:', clock })));
  const { settings = standardSettings } = given;
  const delivery = withRecipientBudget(sink, { state, clock, settings, log });
  const jobs = createTestJobs({ clock, log });
  const usage = createUsageRecorder({ state, clock, log, jobs });
  const operations = createTestUpkeep({ clock, random: systemRandom, log, state, audit, signer, jobs }, given.setup);
  const refusals = createRefusalRecorder({ state, clock, log, jobs });
  const opened: OpenedExtensions = await openExtensions({
    current: () => deps,
    jobs: createTestJobs({ clock, log }, sleepShortly),
    sleep: sleepShortly,
  });
  const config = { ...emptySetup().config, ...z.object(sections).parse(given.sections ?? {}) };
  const deps: AppDeps = {
    ...contributionsOf({ config, extensions: opened }),
    config,
    extensions: opened,
    sectionsOf: new Map(),
    auditEvents,
    flows,
    operations,
    clock,
    random: systemRandom,
    onClientRequest: (request) => {
      usage.note(request);
      refusals.note(request);
    },
    contactCodes: { countries: ['49'] },
    audit,
    log,
    adminKeyDigest: createHash('sha256').update(adminKey).digest(),
    ...consoleDeps,
    delivery,
    verifier: createTestVerifier(),
    judge: createSimulatedJudge(),
    analysisCache: createTestSight(),
    encryptedPictures: null,
    keys: createKeysInMemory(randomBytes(32)),
    webPush: null,
    passkeys: createPasskeys({ publicUrl: testIssuer }),
    signer,
    issuer: testIssuer,
    settings,
    connections: new Map<string, Connection>(),
    ledger: given.ledger ?? (await createSqliteLedger(':memory:')),
    accounts: createAccountNames({ state, clock, settings }),
    brands: createBrands(null, { state, clock, audit }),
    recordsOf: async (who) => {
      const own = audit.events.filter((event) => event.connection === who.connection && event.subject === who.subject);
      const time = toIso(clock.now());
      const records = own.map(({ action, detail }) => ({ time, action, detail: JSON.parse(JSON.stringify(detail)) }));
      return { records, omitted: 0 };
    },
    hooks: new Map(),
    mountOidc: () => {},
    securityEvents: null,
    undelivered: null,
    refusedCalls: createRefusedCalls(clock.now()),
    folders: pageFolders,
    proxyHops: 0,
    bodyPools: createBodyPools(),
    telemetry: await createQuietTelemetry(clock),
    ...standInPorts,
    reload: async () => ({ code: null, changed: [], needingRestart: [], problems: [], switched: [] }),
    findUnready: async () => [],
    findUnreadyHere: async () => [],
    ...given,
    state,
  };
  const issuers = await given.oidc?.(deps);
  const oidcExtensions = await loadOidcExtensions();
  const app = createApp({
    ...deps,
    mountOidc: (on) =>
      issuers && mountOidc(on, issuers, { extensions: oidcExtensions, pools: deps.bodyPools.oidc }, deps),
    securityEvents: (await given.transmitter?.(deps)) ?? null,
  });
  const endpoints = createEndpoints(deps);
  const listening: ListeningServer = await listen(app.listener, { host: '127.0.0.1', port: given.port ?? 0 });
  const origin = `http://127.0.0.1:${listening.port}`;

  const send = async (method: string, path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(`${origin}${path}`, { method, ...init });
    const text = await response.text();
    const answer = { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
    checkAgainst(endpoints, method, path, init, answer);
    return answer;
  };
  return {
    app,
    clock,
    log,
    audit,
    messages,
    outbox,
    deps,
    usage,
    refusals,
    origin,
    port: listening.port,
    send,
    /** Issues a client token, by default one that accepts the same drawn picture for several checks. */
    async issue(
      scopes: readonly ClientScope[] = clientScopes,
      tenant = 'default',
      replay: (typeof replayPolicies)[number] = 'none',
    ) {
      const request = {
        name: 'test',
        tenant,
        scopes,
        lifeSec: 3600,
        application: null,
        sandbox: null,
        replay,
      } as const;
      const { credential, client } = await issueClientToken(request, { name: 'test' }, deps);
      return { token: credential.use((text) => text), id: client.id };
    },
    postJson: (path: string, body: unknown, headers: Record<string, string> = {}) =>
      send('POST', path, {
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    postForm: (path: string, form: FormData, headers: Record<string, string> = {}) =>
      send('POST', path, { headers, body: form }),
    startExtensions() {
      for (const each of opened) each.start();
    },
    stop: endAfterwards(async () => {
      await Promise.all(opened.map((each) => each.close()));
      await listening.stop();
      await operations.background.stop();
      await usage.stop();
      await refusals.stop();
      await deps.state.close();
    }),
  };
}

export type ApiServer = Awaited<ReturnType<typeof startApiServer>>;

/** Creates a form: texts are fields, bytes are files, lists are repeated fields. */
export function toForm(fields: Record<string, string | Uint8Array | readonly (string | Uint8Array)[]>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    for (const item of typeof value === 'string' || value instanceof Uint8Array ? [value] : value) {
      if (typeof item === 'string') form.append(name, item);
      else form.append(name, new Blob([Uint8Array.from(item)], { type: 'image/jpeg' }), 'photo.jpg');
    }
  }
  return form;
}

/** Adds an administrator. @returns the header with the key */
export async function addAdministrator(server: Pick<ApiServer, 'postJson'>, name: string, role: Role) {
  const { body } = await server.postJson('/administrators', { name, role }, asAdmin);
  return { 'x-admin-key': String(body.key) };
}
