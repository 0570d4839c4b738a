import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isToApply } from '../../src/admin/operations/steps.js';
import type { ClaimSources } from '../../src/config/claims.js';
import type { Provisioning, StepStatus } from '../../src/connections/provisioning.js';
import type { Policy } from '../../src/core/connection.js';
import type { CoreDeps } from '../../src/core/deps.js';
import type { Fetch } from '../../src/core/ports.js';
import { type HookSignIn, recordPassedStepUp } from '../../src/step-up/passed-step-up.js';
import { createSqliteState } from '../../src/storage/state/sqlite.js';
import { standardDeps } from '../../support/data/settings.js';
import { createTestVerifier } from '../../support/fakes/embedded.js';
import { createTestSigner, systemClock } from '../../support/fakes/keys.js';
import { createMemoryAudit, createTextLog, systemRandom } from '../../support/fakes/sinks.js';
import { endAfterwards } from '../../support/run/for-file.js';
import { createManualClock } from './state.js';

/** Creates what a connection needs of the core, with the test's clock. */
export async function createBenchCore() {
  const clock = createManualClock();
  return {
    ...standardDeps,
    clock,
    audit: createMemoryAudit(),
    log: createTextLog(),
    state: createSqliteState({ file: ':memory:', clock }),
    verifier: createTestVerifier(),
    signer: await createTestSigner(),
  };
}

/** Creates what provisioning uses of the process, with the machine's clock. */
export const createProcessDeps = () => ({
  clock: systemClock,
  random: systemRandom,
  log: createTextLog(),
  fetch: ((url, init) => fetch(url, init)) satisfies Fetch,
});

/** Creates what every harness has: the log, decisions of hooks, and the ends of the provider and of everything. */
export function createEnds(
  { log, audit, state }: Pick<Awaited<ReturnType<typeof createBenchCore>>, 'log' | 'audit' | 'state'>,
  stop: () => Promise<void>,
) {
  const findDecisions = () => audit.events.flatMap(({ action, detail }) => (action === 'hook_decided' ? [detail] : []));
  const stopProvider = endAfterwards(stop);
  return {
    logText: () => log.text(),
    decisions: () => findDecisions().length,
    lastDecision: () => findDecisions().at(-1),
    stopProvider,
    close: endAfterwards(async () => {
      await stopProvider();
      await state.close();
    }),
  };
}

export const createPassStepUp =
  (connection: string, policy: Policy, core: CoreDeps) =>
  (subject: string, stepUpId = 'step-up-1', signIn: HookSignIn = { application: null, address: null }): Promise<void> =>
    recordPassedStepUp(
      { connection, subject },
      {
        stepUpId,
        passedAt: core.clock.now(),
        liveness: 0.97,
        presence: 'movement-1',
        methods: ['face'],
        judgedBy: 'challenge',
        signIn,
      },
      policy,
      core,
    );

/** What a receipt states of a check with a face that passed now. */
export const toPassedCheck = (connection: string, subject: string, { clock }: Pick<CoreDeps, 'clock'>) =>
  ({
    connection,
    subject,
    stepUpId: 'step-up-1',
    passedAt: clock.now(),
    accuracy: 4,
    liveness: 0.97,
    presence: 'movement-1',
    methods: ['face'],
  }) as const;

type Section = Readonly<Record<string, unknown>>;
/** What is other than usual in a connection, by section, and what it is given in place of the bench's own. */
export interface ConnectionChanges
  extends Partial<
    Record<'cognito' | 'entra' | 'hooks' | 'ldap' | 'okta' | 'onelogin' | 'policy' | 'recovery' | 'scim', Section>
  > {
  readonly claims?: ClaimSources;
  readonly oidc?: Section | null;
  readonly core?: Partial<CoreDeps>;
  readonly fetch?: Fetch;
}

type Steps = Pick<Provisioning, 'steps'>;

export const statesOf = async ({ steps }: Steps): Promise<StepStatus['state'][]> =>
  (await Promise.all(steps.map((step) => step.inspect()))).map(({ state }) => state);

/** @returns titles of steps with something to change for which no check of the doctor fails */
export async function findUnchecked({ steps, checks }: Pick<Provisioning, 'checks' | 'steps'>): Promise<string[]> {
  const failing = new Set<string>();
  for (const { title, fixedBy = title, run } of checks) {
    const { verdict } = await run().catch(() => ({ verdict: 'fail' }));
    if (verdict === 'fail') failing.add(fixedBy);
  }
  const states = await statesOf({ steps });
  return steps.flatMap(({ title }, at) => (isPending.includes(states[at]!) && !failing.has(title) ? [title] : []));
}

const isPending: readonly string[] = ['missing', 'different', 'blocked'];

/** Does in order what is missing or different. @returns the states afterwards */
export async function applyAll({ steps }: Steps): Promise<StepStatus['state'][]> {
  for (const step of steps) if (isToApply(await step.inspect())) await step.apply();
  return statesOf({ steps });
}

/** Opens a server that answers so. */
export async function openServer(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = endAfterwards(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}
