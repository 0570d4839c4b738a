import { filesOf } from '../../config/data-files.js';
import type { Adapter } from '../../connections/adapter.js';
import { findGroupIdsIn } from '../../connections/groups.js';
import { describeUncalled, type HookCalls } from '../../connections/hook-calls.js';
import {
  describeMode,
  describeModeAt,
  describeOwnMode,
  isPasswordlessAsConfigured,
  modeTitle,
} from '../../connections/mode-at-provider.js';
import {
  type Check,
  type Finding,
  fail,
  manual,
  type Provisioning,
  type ProvisionStep,
  pass,
  warn,
} from '../../connections/provisioning.js';
import { findRuleCallers } from '../../connections/rule-callers.js';
import type { ConfiguredConnection, Setup } from '../../connections/setup.js';
import { findSystemReason } from '../../core/base/system-error.js';
import type { Ports } from '../../core/deps.js';
import type { Jobs } from '../../core/jobs.js';
import type { State } from '../../core/ports.js';
import { isCredentialRefusal } from '../../core/provider-refusal.js';
import { checkRules, describeRuleWarning } from '../../core/rules/check-rules.js';
import { findRulesInForce, isRefusing } from '../../core/rules/rule.js';
import { FaceError, type FaceErrorCode, toCode } from '../../errors.js';
import { isForbidden } from '../../files/durable-file.js';
import { type CoverageListeners, createCoverageCheck } from './checks/census.js';
import { createPhotoClaimCheck, createPhotoModeCheck, createPhotoSourceCheck } from './checks/company-photo.js';
import { createDataFolderCheck } from './checks/data-folder.js';
import { createHookChecks } from './checks/hook-answers.js';
import { type CheckResult, checkInTurn } from './checks/in-turn.js';
import { createKeyChecks, createPublishedKeysCheck } from './checks/keys.js';
import { createMailRelayCheck } from './checks/mail-relay.js';
import { createModelCheck, createRecognitionCheck, createRuntimeCheck, findEngine } from './checks/model-files.js';
import {
  createProxyChecks,
  createPublicAddressChecks,
  createReadinessCheck,
  noPublicAddress,
} from './checks/public-address.js';
import { createRecoveryCheck } from './checks/recovery.js';
import { createReverseProxyChecks } from './checks/reverse-proxy.js';
import { createSharedReplicasCheck, createStateCheck } from './checks/state-store.js';
import { createBackupCheck, createDiskCheck } from './checks/storage.js';
import { createWebhookChecks } from './checks/webhooks.js';
import { toDetailLines, toFailure } from './failure.js';
import { type AtProvider, readAtProvider } from './mode-in-force.js';
import type { Switched } from './modes.js';
import { createReplicasCheck } from './replicas.js';

export const createJobsCheck = (jobs: Pick<Jobs, 'states'>): Check => ({
  title: 'Background jobs',
  async run() {
    const states = jobs.states();
    const failing = states.flatMap(({ name, last }) =>
      last === null || last.code === null ? [] : `${name}: ${last.code}`,
    );
    if (failing.length === 0) return pass(`${states.length} jobs, and none failed at its last run`);
    return warn(
      `failed at the last run: ${failing.join(', ')}`,
      'See docs/operations.md for the jobs and docs/reference/errors.md for the codes.',
    );
  },
});

interface Examined extends Partial<CoverageListeners> {
  readonly setup: Setup;
  readonly connection: ConfiguredConnection;
  /** Manual override of the connection's mode, if any. */
  readonly switched: Switched | null;
  /** Background jobs of the running server. Absent in a command, which runs none. */
  readonly jobs?: Jobs;
  /** State store of the running server. Absent in a command. */
  readonly state?: State;
}

/** Checks of a connection, those of the server first, and the steps that fix problems. */
export interface Checks {
  readonly checks: readonly Check[];
  readonly steps: readonly ProvisionStep[];
}

/** Says why a group of the configuration is not found, such as a misspelled one. `null` if the provider has it. */
async function findGroupProblem(
  { about, group }: { readonly about: string; readonly group: string },
  provisioning: Provisioning,
): Promise<{ readonly isAbsent: boolean; readonly text: string } | null> {
  const named = `${about}, group "${group}"`;
  try {
    const ids = await findGroupIdsIn(group, provisioning);
    if (ids.length > 0) return null;
    const text = `${named}: the provider has no such group, or anyone may choose its name: use the id`;
    return { isAbsent: true, text };
  } catch (error) {
    const isForbidden = error instanceof FaceError && error.code === 'provider_refused' && !isCredentialRefusal(error);
    const need = isForbidden ? `; this needs ${provisioning.groupPermission}` : '';
    return { isAbsent: false, text: `${named}: not known if the provider has it (${toCode(error)})${need}` };
  }
}

/** Warns about rules. @param read - reads what is active at the provider */
const createRuleCheck = (
  { policy, oidc }: ConfiguredConnection,
  adapter: Adapter,
  read: () => Promise<AtProvider>,
): Check => ({
  title: 'Rules',
  async run() {
    const { length } = policy.rules;
    const enforced = policy.rules.filter(({ mode }) => mode === 'enforce').length;
    const found = `${length} ${length === 1 ? 'rule' : 'rules'}, ${enforced} in enforce mode`;
    const { hookCalls } = await read();
    const warnings: string[] = checkRules(policy, findRuleCallers(adapter, oidc, hookCalls)).map(describeRuleWarning);
    const failures: string[] = [];
    const provisioning = await adapter.createProvisioning();
    for (const { name, when, mode } of policy.rules)
      for (const group of when.groups ?? []) {
        const problem = await findGroupProblem({ about: `rule "${name}"`, group }, provisioning);
        if (problem !== null) (problem.isAbsent && mode === 'enforce' ? failures : warnings).push(problem.text);
      }
    const all = [...failures, ...warnings];
    if (all.length === 0) return pass(found);
    const toFinding = failures.length > 0 ? fail : warn;
    return toFinding(`${found}; ${all.join('; ')}`, 'See docs/rules.md.');
  },
});

/** Checks that the provider has the groups of privileged people. Without one of them, no recovery can be allowed. */
const createPrivilegedGroupsCheck = (groups: readonly string[], adapter: Adapter): Check => ({
  title: 'Groups of privileged people',
  async run() {
    const provisioning = await adapter.createProvisioning();
    const problems: string[] = [];
    for (const group of groups) {
      const problem = await findGroupProblem({ about: 'recovery.privileged', group }, provisioning);
      if (problem !== null) problems.push(problem.text);
    }
    if (problems.length === 0) return pass(`${groups.length} found at the provider`);
    return fail(
      `every recovery of a person outside the other groups is refused: ${problems.join('; ')}`,
      'Name groups by their id. See docs/recovery.md.',
    );
  },
});

/** Says if no sign-in opens the camera by itself. */
const cameraByApplication: Check = {
  title: 'Start of face checks',
  run: async () =>
    manual(
      'no sign-in opens the camera by itself, because this connection has no OpenID client, such as a sign-in factor',
      'Add one (see the page of the provider in the documentation), or let your application start checks with POST /step-ups.',
    ),
};

/** Runs checks in sequence. Checks change nothing. If a check throws, it counts as failed. */
export const runChecks = (checks: readonly Check[], deps: Ports<'log'>): AsyncGenerator<CheckResult> =>
  checkInTurn(checks, (check) => runCheck(check, deps));

const readConfiguration: Check = { title: 'Configuration', run: async () => pass('can be read') };

/** Returns all checks of a connection. If the connection's adapter cannot be created, the result is a failed check. */
export async function collectChecks(
  examined: Examined,
  deps: Ports<'clock' | 'random' | 'log' | 'fetch'>,
): Promise<Checks> {
  const { setup, connection } = examined;
  const { config } = setup;
  const { publicUrl } = config;
  let reading: Promise<AtProvider> | null = null;
  const read = (): Promise<AtProvider> => {
    reading ??= readAtProvider(connection, setup, deps);
    return reading;
  };
  const ofFolder = createDataFolderCheck(config);
  const files = filesOf(config);
  const folder = ofFolder.map(({ title }) => title);
  const parts = [
    ...createKeyChecks(config, deps),
    createStateCheck(config.state, files, deps),
    ...(examined.state === undefined && config.state.kind !== 'sqlite'
      ? [createSharedReplicasCheck(config.state, files, deps)]
      : []),
    ...(config.verifier.kind === 'embedded'
      ? [createRuntimeCheck(config), createModelCheck(config), createRecognitionCheck(config, ofFolder, deps)]
      : []),
  ];
  const here = [
    readConfiguration,
    createModeCheck(examined, read),
    ...(examined.jobs === undefined ? [] : [createJobsCheck(examined.jobs)]),
    ...(examined.state === undefined ? [] : [createReplicasCheck({ state: examined.state, clock: deps.clock })]),
    ...(asksBoth(connection) ? [createHandOffCheck(connection)] : []),
    ...(connection.policy.replaceFace === 'link' ? [facesAreReplacedByLinks] : []),
    ...(connection.policy.photo === null
      ? []
      : [createPhotoModeCheck(connection.policy.photo), createPhotoSourceCheck(connection.policy.photo, deps)]),
    ...connection.checks,
    createMailRelayCheck(config.delivery),
    ...createWebhookChecks(config.webhooks, connection.id, deps),
    ...createProxyChecks(),
    ...ofFolder,
    createDiskCheck(files, folder),
    createBackupCheck(files, folder, deps),
    ...parts,
  ];
  if (publicUrl === null) return { checks: [...here, noPublicAddress], steps: [] };
  const ofProvider = await collectProviderChecks(examined, { publicUrl, read }, deps);
  const checks = [
    ...here,
    ...createPublicAddressChecks(publicUrl, deps),
    ...createReverseProxyChecks(publicUrl, deps),
    createReadinessCheck(publicUrl, parts, deps),
    createPublishedKeysCheck(publicUrl, config, deps),
    ...ofProvider.checks,
  ];
  return { checks, steps: ofProvider.steps };
}

async function collectProviderChecks(
  { setup: { config }, connection, onRead = () => {}, onCensus = () => {} }: Examined,
  { publicUrl, read }: { readonly publicUrl: string; readonly read: () => Promise<AtProvider> },
  deps: Ports<'clock' | 'random' | 'log' | 'fetch'>,
): Promise<Checks> {
  try {
    const adapter = await connection.createAdapter(publicUrl);
    const { photo, rules, networks } = connection.policy;
    const hasRules = rules.length > 0 || Object.keys(networks).length > 0;
    const ruleChecks = hasRules ? [createRuleCheck(connection, adapter, read)] : [];
    const opensCamera = (connection.oidc?.clients ?? []).length > 0 || adapter.openStepUpRequest !== undefined;
    const hookChecks = createHookChecks(adapter.hooks, { connection: connection.id, publicUrl }, deps);
    const { steps, checks, census } = await adapter.createProvisioning();
    const trail = filesOf(config).audit;
    const known = { verifier: config.verifier, trail, onRead, onCensus, findEngine: () => findEngine(config, deps) };
    const censusCheck = createCoverageCheck({ census }, connection, known, deps);
    const { groups } = connection.recovery.privileged;
    const privileged = groups.length === 0 ? [] : [createPrivilegedGroupsCheck(groups, adapter)];
    const recovery =
      connection.recovery.mode === 'off'
        ? []
        : [createRecoveryCheck(connection, adapter, config.delivery), ...privileged];
    const claims = photo === null || photo.source === 'document' ? [] : [createPhotoClaimCheck(photo, adapter.profile)];
    const start = opensCamera ? [] : [cameraByApplication];
    return {
      checks: [...start, ...ruleChecks, ...hookChecks, ...claims, ...recovery, ...checks, censusCheck],
      steps,
    };
  } catch (error) {
    return { checks: [{ title: 'Provider', run: () => Promise.reject(error) }], steps: [] };
  }
}

const remedies: Readonly<Partial<Record<FaceErrorCode, string>>> = {
  config_invalid: 'Correct the setting: docs/reference/configuration.md lists every one.',
  profile_unavailable:
    'See that this machine reaches the provider, and that the provider has no outage. Then run this again.',
  provider_refused: 'Compare what the credentials may do with what the README of the adapter lists.',
  state_unavailable: 'See that the state store answers: docs/state.md.',
  data_newer: 'Run the version that wrote the data, or restore the previous copy: docs/install.md.',
  key_service_unavailable: 'See that AWS KMS can be reached, and lets this server use its keys: docs/keys.md.',
  liveness_unavailable: 'See that this machine reaches the liveness service: docs/liveness-vendors.md.',
  liveness_refused: 'Compare region, role and permissions with docs/liveness-vendors.md.',
  model_missing: 'Run: facestep models fetch',
  runtime_unavailable: 'Install the package that is made for this platform: docs/install.md.',
  model_altered:
    'Delete that file and run: facestep models fetch. One of your own: restore it, or run facestep models use again and set recognition.passiveLiveness.manifest: docs/own-model.md.',
};

async function runCheck(check: Check, deps: Ports<'log'>): Promise<Finding> {
  try {
    return await check.run();
  } catch (error) {
    if (isForbidden(error))
      return fail(
        findSystemReason(error) ?? 'this account may not read it',
        'Run this as the account of the service, or as root.',
      );
    const { code, reason, detail } = toFailure(error, deps.log);
    const details = toDetailLines(detail).map((line) => `: ${line}`);
    return fail(
      `${reason} (${code})${details.join('')}`,
      remedies[code] ?? 'See the log above, and docs/reference/errors.md.',
    );
  }
}

/** Returns true if checks of the connection ask for a passkey with the face. */
const asksBoth = ({ policy: { userSecret, rules } }: ConfiguredConnection): boolean =>
  userSecret === 'passkey' || rules.some(({ outcome }) => outcome === 'face_and_passkey');

const createHandOffCheck = ({ policy: { handOff } }: ConfiguredConnection): Check => ({
  title: 'Hand-off',
  async run() {
    if (handOff !== true) return pass('off');
    return warn(
      'on: a link that was sent to a user can ask for a passkey',
      'Set policy.handOff to false, unless your people have their passkeys on their phones alone. See SECURITY.md.',
    );
  },
});

const facesAreReplacedByLinks: Check = {
  title: 'Replacement of a face',
  run: async () =>
    warn(
      'a link is enough: anyone who reads an invitation replaces the face of an enrolled user',
      'Set policy.replaceFace to "proven" after everybody has enrolled again.',
    ),
};

const createModeCheck = (examined: Examined, read: () => Promise<AtProvider>): Check => ({
  title: modeTitle,
  async run() {
    const { id, policy } = examined.connection;
    const own = toModeFinding(examined);
    const { mode: at, hookCalls } = await read();
    const uncalled = describeUncalled(hookCalls);
    if (uncalled !== null) return warn(`${own.found}; ${uncalled}`, uncalledRemedy(id, hookCalls));
    if (at === null) return own;
    if (at.mode === policy.mode && isPasswordlessAsConfigured(at))
      return { ...own, found: `${own.found}; ${describeModeAt(at)}` };
    const found = describeMode(describeOwnMode(policy.mode, findRulesInForce(policy)), at);
    return at.mode === null
      ? warn(found, 'Sign-ins follow the mode there. Let this server read it: see docs/operations.md.')
      : fail(found, `Sign-ins follow the mode there. To change it, run: facestep provision ${id} --apply`);
  },
});

/** Other checks fail for the same reason, so this is only a warning. */
function uncalledRemedy(id: string, calls: HookCalls | null): string {
  const plan = `facestep provision ${id} --plan`;
  return calls?.hooks.every(({ state }) => state === 'called' || state === 'partly')
    ? `If you do not limit the hooks on purpose, such as for a pilot, run ${plan}: see docs/operations.md.`
    : `Run ${plan}, and let this server read the hooks: see docs/operations.md.`;
}

function toModeFinding({ connection: { policy }, switched }: Examined): Finding {
  const { mode } = policy;
  if (switched !== null && switched.endsAt === null) {
    const found = `${mode}: ${switched.by} switched it manually; the configuration file differs`;
    const settings = mode === 'shadow' ? 'policy.mode and the mode of each rule' : 'policy.mode';
    return warn(
      found,
      `Set ${settings} to "${mode}" in the configuration file, or activate the mode of the file in the console under Rollout.`,
    );
  }
  const found = describeOwnMode(mode, findRulesInForce(policy));
  if (mode === 'enforce') return pass(found);
  if (isRefusing(policy)) return pass(`${found}. Other sign-ins are not refused`);
  return warn(
    'shadow: no user is refused',
    'See the users who would be denied in the console under Rollout. Then set policy.mode to "enforce".',
  );
}
