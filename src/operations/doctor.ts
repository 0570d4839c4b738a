import { type Check, type Finding, fail, pass } from '../../adapters/provisioning.js';
import type { ConfiguredConnection, Setup } from '../../adapters/setup.js';
import { filesOf } from '../config/data-files.js';
import type { FaceErrorCode } from '../errors.js';
import { createCensusCheck } from './checks/census.js';
import { createDataFolderCheck } from './checks/data-folder.js';
import { createHookChecks } from './checks/hook-answers.js';
import { type CheckResult, checkInTurn } from './checks/in-turn.js';
import { createKeyChecks, createPublishedKeysCheck } from './checks/keys.js';
import { createModelCheck, createRecognitionCheck } from './checks/model-files.js';
import { createPublicAddressChecks, createReadinessCheck, noPublicAddress } from './checks/public-address.js';
import { createStateCheck } from './checks/state-store.js';
import type { OperationDeps } from './deps.js';
import { toDetailLines, toFailure } from './failure.js';

/**
 * Checks each link of a connection, ours first, one after the other. Changes nothing and never throws: a check that cannot be
 * made has failed.
 */
export async function* examine(
  setup: Setup,
  connection: ConfiguredConnection,
  deps: OperationDeps,
): AsyncGenerator<CheckResult> {
  const checks = await collectChecks(setup, connection, deps);
  yield* checkInTurn([readConfiguration, ...checks], (check) => runCheck(check, deps));
}

const readConfiguration: Check = { title: 'Configuration', run: async () => pass('can be read') };

/** Every check. An adapter that cannot be made is one more that fails. */
async function collectChecks(
  { config }: Setup,
  connection: ConfiguredConnection,
  deps: OperationDeps,
): Promise<readonly Check[]> {
  const { publicUrl } = config;
  const parts = [
    ...createKeyChecks(config, deps),
    createStateCheck(config.state, filesOf(config), deps),
    ...(config.verifier.kind === 'embedded'
      ? [createModelCheck(config.modelsFolder), createRecognitionCheck(config, deps)]
      : []),
  ];
  const here = [
    createModeCheck(connection),
    ...(connection.policy.userSecret === 'passkey' ? [createHandOffCheck(connection)] : []),
    ...createDataFolderCheck(config),
    ...parts,
  ];
  if (publicUrl === null) return [...here, noPublicAddress];
  return [
    ...here,
    ...createPublicAddressChecks(publicUrl, deps),
    createReadinessCheck(publicUrl, parts, deps),
    createPublishedKeysCheck(publicUrl, config, deps),
    ...(await collectProviderChecks(connection, publicUrl, deps)),
  ];
}

async function collectProviderChecks(
  connection: ConfiguredConnection,
  publicUrl: string,
  deps: OperationDeps,
): Promise<readonly Check[]> {
  try {
    const adapter = await connection.createAdapter(publicUrl);
    const hookChecks = createHookChecks(adapter.hooks, { connection: connection.id, publicUrl }, deps);
    const provisioning = await adapter.createProvisioning();
    return [...hookChecks, ...provisioning.checks, createCensusCheck(provisioning, connection, deps)];
  } catch (error) {
    return [{ title: 'Provider', run: () => Promise.reject(error) }];
  }
}

/** What to do about what a check threw; the codes that it may be. */
const remedies: Readonly<Partial<Record<FaceErrorCode, string>>> = {
  config_invalid: 'Correct the setting: docs/configuration.md lists every one.',
  profile_unavailable:
    'See that this machine reaches the provider, and that the provider has no outage. Then run this again.',
  provider_refused: 'Compare what the credentials may do with what the README of the adapter lists.',
  state_unavailable: 'See that the state store answers: docs/state.md.',
  key_service_unavailable: 'See that AWS KMS can be reached, and lets this server use its keys: docs/keys.md.',
  model_missing: 'Run: npm run setup',
  model_altered: 'Delete that file and run: npm run setup. One of your own: docs/own-model.md.',
};

async function runCheck(check: Check, deps: OperationDeps): Promise<Finding> {
  try {
    return await check.run();
  } catch (error) {
    const { code, reason, detail } = toFailure(error, deps.log);
    const details = toDetailLines(detail).map((line) => `: ${line}`);
    return fail(`${reason} (${code})${details.join('')}`, remedies[code] ?? 'See the log above, and docs/errors.md.');
  }
}

const createHandOffCheck = ({ policy: { handOff } }: ConfiguredConnection): Check => ({
  title: 'Hand-off',
  async run() {
    if (handOff !== true) return { verdict: 'pass', found: 'off', remedy: null };
    return {
      verdict: 'warn',
      found: 'on: a passkey can be asked for by a link that somebody was sent',
      remedy:
        'Set policy.handOff to false, unless your people have their passkeys on their phones alone. See SECURITY.md.',
    };
  },
});

const createModeCheck = ({ id, policy: { mode } }: ConfiguredConnection): Check => ({
  title: 'Mode',
  async run() {
    if (mode === 'enforce') return { verdict: 'pass', found: 'enforce', remedy: null };
    return {
      verdict: 'warn',
      found: 'shadow: nobody is refused',
      remedy: `Read what would have happened: facestep report ${id}. Then set policy.mode to "enforce".`,
    };
  },
});
