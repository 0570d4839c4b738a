import { Command } from 'commander';
import type { Check, Finding } from '../../adapters/provisioning.js';
import type { ConfiguredConnection, Setup } from '../../adapters/setup.js';
import { filesOf } from '../config/data-files.js';
import { FaceError } from '../errors.js';
import { createCensusCheck } from './checks/census.js';
import { createHookChecks } from './checks/hook-answers.js';
import { createKeyChecks, createPublishedKeysCheck } from './checks/keys.js';
import { createModelCheck, createRecognitionCheck } from './checks/model-files.js';
import { createPublicAddressChecks, noPublicAddress } from './checks/public-address.js';
import { createStateCheck } from './checks/state-store.js';
import type { CliDeps } from './deps.js';
import { toDetailLines, toFailure } from './failure.js';
import { findConnection } from './find-connection.js';
import { type CheckResult, toFindingLines, toVerdictCounts } from './finding-text.js';

/** `facestep doctor`: checks each link of a connection and says how to mend what is broken. */
export function createDoctorCommand(deps: CliDeps): Command {
  return new Command('doctor')
    .summary('check each link of a connection, and say how to mend it')
    .description(
      'Checks the configuration, the public address, the hooks, the data folder, the models and the provider. Run it ' +
        'where the server runs, with its configuration. It changes nothing.',
    )
    .argument('<connection>', 'its id in the configuration')
    .option('--json', 'print JSON')
    .action(async (id: string, { json = false }: { json?: boolean }) => {
      const results: CheckResult[] = [];
      const show = (result: CheckResult): void => {
        results.push(result);
        if (!json) toFindingLines(result).forEach(deps.print);
      };
      const setup = await loadSetup(deps);
      if ('verdict' in setup) {
        show({ title: 'Configuration', ...setup });
      } else {
        const connection = findConnection(setup, id);
        show({ title: 'Configuration', verdict: 'pass', found: 'can be read', remedy: null });
        for await (const check of collectChecks(setup, connection, deps)) {
          show({ title: check.title, ...(await runCheck(check, deps)) });
        }
      }
      const ok = !results.some(({ verdict }) => verdict === 'fail');
      if (json) deps.print(JSON.stringify({ connection: id, ok, checks: results }, null, 2));
      else deps.print(`\n${toVerdictCounts(results)}.`);
      deps.endWith(ok ? 0 : 1);
    });
}

async function loadSetup(deps: CliDeps): Promise<Setup | Finding> {
  try {
    return await deps.loadSetup();
  } catch (error) {
    if (!(error instanceof FaceError)) throw error;
    return {
      verdict: 'fail',
      found: toDetailLines(error.detail).join('; '),
      remedy: 'Correct the file FACESTEP_CONFIG names. docs/configuration.md lists every setting.',
    };
  }
}

/** Every check, ours first. An adapter that cannot be made is one more that fails. */
async function* collectChecks(
  { config }: Setup,
  connection: ConfiguredConnection,
  deps: CliDeps,
): AsyncGenerator<Check> {
  const { publicUrl } = config;
  yield createModeCheck(connection);
  if (connection.policy.userSecret === 'passkey') yield createHandOffCheck(connection);
  if (publicUrl === null) {
    yield noPublicAddress;
  } else {
    yield* createPublicAddressChecks(publicUrl, deps);
    yield createPublishedKeysCheck(publicUrl, config, deps);
  }
  yield* createKeyChecks(config, deps);
  yield createStateCheck(config.state, filesOf(config), deps);
  if (config.verifier.kind === 'embedded') {
    yield createModelCheck(config.modelsFolder);
    yield createRecognitionCheck(config, deps);
  }
  if (publicUrl === null) return;
  const adapter = connection.createAdapter(publicUrl);
  yield* await orFailing('Hooks', async () => {
    const { hooks } = await adapter;
    return createHookChecks(hooks, { connection: connection.id, publicUrl }, deps);
  });
  yield* await orFailing('Provider', async () => {
    const provisioning = await (await adapter).createProvisioning();
    return [...provisioning.checks, createCensusCheck(provisioning, connection, deps)];
  });
}

async function orFailing(title: string, make: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  try {
    return await make();
  } catch (error) {
    return [{ title, run: () => Promise.reject(error) }];
  }
}

async function runCheck(check: Check, deps: CliDeps): Promise<Finding> {
  try {
    return await check.run();
  } catch (error) {
    const { code, reason, detail } = toFailure(error, deps.log);
    const details = toDetailLines(detail).map((line) => `: ${line}`);
    return { verdict: 'fail', found: `${reason} (${code})${details.join('')}`, remedy: null };
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
