import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { UsageError } from '../../cli/command-error.js';
import type { CliDeps } from '../../cli/deps.js';
import { findConnection } from '../../cli/find-connection.js';
import { toPrintable } from '../../cli/table.js';
import type { Registrant, Registration } from '../../connections/provisioning.js';
import { mapConcurrently } from '../../core/base/map-concurrently.js';
import { type Failure, toFailure, toFailureLines } from '../operations/failure.js';
import { requirePublicUrl } from '../operations/open-connection.js';

/** Number of concurrent calls. More would reach the provider's rate limit. */
const sideBySide = 4;

/**
 * Creates `facestep register`, which registers users at the provider, so that the provider offers them the face check.
 */
export function createRegisterCommand(deps: CliDeps): CommandUnknownOpts {
  return new Command('register')
    .summary('register users for the face check at the provider')
    .description(
      'For providers that offer the face check only to registered users. The command is idempotent: run it ' +
        'again after an interruption, or for new users.',
    )
    .argument('[connection]', 'id of the connection; may be left out if there is only one')
    .option('--group <id>', 'register the members of the group with this id at the provider')
    .option('--all', 'register all users')
    .option('--plan', 'count the users without registering them (dry run)')
    .action(async (given, { group, all, plan }) => {
      if ((group === undefined) === (all === undefined)) throw new UsageError('pass either --group or --all');
      const setup = await deps.loadSetup();
      const connection = findConnection(setup, given);
      const { id } = connection;
      const adapter = await connection.createAdapter(requirePublicUrl(setup));
      const { registration } = await adapter.createProvisioning();
      if (registration === undefined)
        throw new UsageError(`no registration is needed or possible for the connection "${id}"`);
      const registrants = await registration.findRegistrants(group ?? null);
      deps.print(`${id}: ${registration.title}, ${inWords(registrants.length)}`);
      const counts = await registerAll(registration, registrants, { deps, isPlanned: plan === true });
      const failures = counts.failures.map(({ login, failure }) => ({ login, code: failure.code }));
      if (!deps.printJson({ connection: id, planned: plan === true, ...counts, failures }))
        printCounts(counts, { deps, isPlanned: plan === true });
      deps.endWith(counts.failures.length === 0 ? 0 : 1);
    });
}

interface Counts {
  registered: number;
  before: number;
  readonly failures: { readonly login: string; readonly failure: Failure }[];
}

interface Run {
  readonly deps: CliDeps;
  readonly isPlanned: boolean;
}

async function registerAll(
  registration: Registration,
  registrants: readonly Registrant[],
  { deps, isPlanned }: Run,
): Promise<Counts> {
  const counts: Counts = { registered: 0, before: 0, failures: [] };
  const each = Math.max(1, Math.ceil(registrants.length / 20));
  let done = 0;
  const registerOne = async (registrant: Registrant): Promise<void> => {
    try {
      const isThere = await registration.isRegistered(registrant);
      if (!isThere && !isPlanned) await registration.register(registrant);
      counts[isThere ? 'before' : 'registered'] += 1;
    } catch (error) {
      counts.failures.push({ login: registrant.login, failure: toFailure(error, deps.log) });
    }
    done += 1;
    if (done % each === 0) deps.printError(`${toText(done)} of ${toText(registrants.length)}`);
  };
  await mapConcurrently(registrants, registerOne, sideBySide);
  return counts;
}

function printCounts({ registered, before, failures }: Counts, { deps, isPlanned }: Run): void {
  const verb = isPlanned ? 'would be registered' : 'registered';
  const failed = failures.length === 0 ? '' : `, ${toText(failures.length)} failed`;
  deps.print(`${toText(registered)} ${verb}, ${toText(before)} were before${failed}.`);
  for (const { login, failure } of failures) {
    deps.print(toPrintable(`  ${login}: ${toFailureLines(failure).join(' ')}`));
  }
  if (failures.length > 0) deps.print('Run the same command again for those that failed.');
}

const toText = (count: number): string => count.toLocaleString('en-US');
const inWords = (count: number): string => (count === 1 ? '1 person' : `${toText(count)} people`);
