import { type ScimConnection, scimConnectionGuard } from '../../adapters/scim/config.js';
import { createScimAdapter } from '../../adapters/scim/index.js';
import { parseAccount, parseAccountList, toScimType } from '../../adapters/scim/schema.js';
import { defineAttribute } from '../../simulators/scim/directory.js';
import { type ScimSimulator, startScimSimulator } from '../../simulators/scim/index.js';
import type { ClaimSources } from '../../src/config/claims.js';
import { policyGuard } from '../../src/config/connection.js';
import type { CoreDeps } from '../../src/core/deps.js';
import type { Clock, Fetch } from '../../src/core/ports.js';
import { recordPassedStepUp } from '../../src/core/step-up/passed-step-up.js';
import { createSqliteState } from '../../src/state/sqlite.js';
import { createTestVerifier } from '../embedded.js';
import { createTestSigner, testIssuer } from '../keys.js';
import { type ServedAdapter, serveAdapter } from '../serve-adapter.js';
import { standardSettings } from '../settings.js';
import { createMemoryAudit, createTextLog, systemRandom } from '../sinks.js';
import type { AdapterHarness } from './adapter.js';
import { createManualClock } from './state.js';

export const schema = 'urn:ietf:params:scim:schemas:extension:facestep:2.0:User';
export const name = 'token';

export interface ScimChanges {
  readonly claims?: ClaimSources;
  readonly scim?: Readonly<Record<string, unknown>>;
  readonly policy?: Readonly<Record<string, unknown>>;
  readonly fetch?: Fetch;
}

export interface ScimBench {
  readonly server: ScimSimulator;
  readonly adapter: ServedAdapter;
  readonly core: CoreDeps & {
    readonly log: ReturnType<typeof createTextLog>;
    readonly audit: ReturnType<typeof createMemoryAudit>;
  };
  readonly clock: Clock & { advanceSec(seconds: number): void };
  configure(changes?: ScimChanges): ScimConnection;
  connect(changes?: ScimChanges): ServedAdapter;
  readAttribute(id: string): string | null;
  close(): Promise<void>;
}

/** Starts a SCIM server with the test's clock and the token's attribute. */
export async function openScimBench(): Promise<ScimBench> {
  const clock = createManualClock();
  const server = await startScimSimulator({ now: () => clock.now() });
  server.directory.extensions.set(schema, [defineAttribute(name)]);
  const core = {
    ...{
      clock,
      random: systemRandom,
      audit: createMemoryAudit(),
      log: createTextLog(),
      issuer: testIssuer,
      settings: standardSettings,
    },
    state: createSqliteState({ file: ':memory:', clock }),
    signer: await createTestSigner(),
    verifier: createTestVerifier(),
  };
  const configure = ({ claims = {}, scim = {}, policy = {} }: ScimChanges = {}) =>
    scimConnectionGuard.parse({
      ...{ id: 'workforce', kind: 'scim', claims, policy: { mode: 'enforce', liveness: 'off', ...policy } },
      scim: { baseUrl: server.baseUrl, auth: { kind: 'bearer', token: server.bearer }, ...scim },
    });
  const connect = (changes: ScimChanges = {}) =>
    serveAdapter(createScimAdapter, { settings: configure(changes), core, fetch: changes.fetch ?? fetch });
  return {
    ...{ server, core, clock, configure, connect },
    adapter: connect(),
    readAttribute: (id) => server.directory.users.get(id)?.extensions.get(schema)?.get(name) ?? null,
    async close() {
      await server.close();
      await core.state.close();
    },
  };
}

export async function setUpScim(): Promise<AdapterHarness> {
  const bench = await openScimBench();
  const { server, adapter, core, clock } = bench;
  server.directory.throttleEvery = 4;
  const [one = '', other = ''] = ['ada@example.com', 'grace@example.com'].map((login) => server.addUser(login));
  let isStopped = false;
  return {
    adapter,
    logText: () => core.log.text(),
    decisions: () => core.audit.events.filter(({ action }) => action === 'hook_decided').length,
    subjects: { one, other, unknown: '2819c223-7f76-453a-919d-413861904646' },
    addUser: async (login) => server.addUser(login),
    callUser(subject, givenName, familyName) {
      server.directory.users.get(subject)!.name = { givenName, familyName };
    },
    readAttribute: bench.readAttribute,
    connectInShadowMode: () => bench.connect({ policy: { mode: 'shadow' } }),
    async stopProvider() {
      isStopped = true;
      await server.close();
    },
    passStepUp: (subject) =>
      recordPassedStepUp(
        { connection: 'workforce', subject },
        {
          ...{ stepUpId: 'step-up-1', passedAt: clock.now(), liveness: 0.97, presence: 'movement-1' },
          ...{ anotherWay: false, signIn: { application: null, address: null } },
        },
        policyGuard.parse({ mode: 'enforce' }),
        core,
      ),
    answers: { 'user-': parseAccount, 'list-': parseAccountList, 'error-': toScimType },
    hooks: {},
    async close() {
      if (isStopped) await core.state.close();
      else await bench.close();
    },
  };
}
