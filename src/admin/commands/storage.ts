import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { countSealed, type SealedCount } from '../../audit/ledger/people.js';
import { UsageError } from '../../cli/command-error.js';
import type { CliDeps } from '../../cli/deps.js';
import { wholeNumber } from '../../cli/parse-option.js';
import { fileExists, filesOf } from '../../config/data-files.js';
import type { KeptConfig, StoredConfig } from '../../config/schema.js';
import type { KeyVersion } from '../../core/ports.js';
import { toIso } from '../../core/units.js';
import { openInventory, type RotatingKey, type SealingKey } from '../../storage/keys/inventory.js';
import type { KeyUse } from '../../storage/keys/key-notes.js';
import { openLedger } from '../../storage/state/open.js';
import {
  retiredSigningText,
  retireSigningKey,
  retireVersion,
  rotateKey,
  sealsSecretsText,
} from '../operations/keys.js';

export function createKeysCommand(deps: CliDeps): CommandUnknownOpts {
  const command = new Command('keys').summary('list, rotate and retire the keys that seal tokens and sign statements');
  command
    .command('list')
    .description('Lists the keys, and the number of enrolled people under each version.')
    .action(() => listKeys(deps));
  command
    .command('rotate')
    .description(
      'Adds a key that seals new tokens. Running servers use it at once; tokens under older keys keep working.',
    )
    .addOption(
      new Option('--signing', 'rotate the key that signs receipts and audit heads, with an overlap').conflicts('oidc'),
    )
    .option('--oidc', 'rotate the key that signs ID tokens, with an overlap')
    .action(({ signing = false, oidc = false }) => rotate(signing ? 'signing' : oidc ? 'oidc' : 'sealing', deps));
  command
    .command('retire')
    .description('Destroys the key of a version. Its tokens can no longer be verified: those users must enrol again.')
    .argument('[version]', 'version number that `facestep keys list` prints', wholeNumber(1, 99_999))
    .option(
      '--confirm <count>',
      'number of people who must enrol again, as this command printed it',
      wholeNumber(0, 999_999_999_999),
    )
    // The key id is an option and not an argument, because it may begin with a hyphen.
    .option('--signing <kid>', 'destroy a leaked signing key instead; its signatures no longer verify')
    .action((version, { signing, confirm = null }) => {
      if (version !== undefined && signing === undefined) return retire(version, confirm, deps);
      if (version === undefined && signing !== undefined) return retireSigning(signing, deps);
      throw new UsageError('give a version, or --signing <kid>');
    });
  return command;
}

/** Counts the people of all replicas. Running servers write them to the same store. */
async function countPeople(config: StoredConfig, { clock }: CliDeps): Promise<SealedCount> {
  const files = filesOf(config);
  if (config.state.kind === 'sqlite' && !(await fileExists(files.ledger)))
    return { byVersion: new Map(), ofUnknownVersion: 0 };
  const ledger = await openLedger(config.state, files);
  try {
    return await countSealed({ ledger, clock });
  } finally {
    await ledger.close();
  }
}

async function listKeys(deps: CliDeps): Promise<void> {
  const config = await deps.loadStored();
  const inventory = await openInventory(config.keys, { files: filesOf(config), ...deps });
  const [sealing, signing, oidc] = await Promise.all([inventory.sealing(), inventory.signing(), inventory.oidc()]);
  if (sealing.length === 0) throw noKeys(config);
  const count = await countPeople(config, deps);
  toKeyLines({ sealing, signing, oidc }, count).forEach(deps.print);
  if ([...sealing, ...signing, ...oidc].some(({ problem }) => problem !== null)) deps.endWith(1);
}

async function rotate(use: KeyUse, deps: CliDeps): Promise<void> {
  const config = await deps.loadKept();
  const rotated = await rotateKey(config, use, deps);
  switch (rotated.kind) {
    case 'version':
      return deps.print(`Version ${rotated.version} seals new tokens. Back up ${rotated.file}: it has changed.`);
    case 'turn':
      return deps.print(`Key ${rotated.kid} is published now, and signs from ${toIso(rotated.signsFrom)}.`);
    case 'waiting':
      throw new UsageError('the key of an earlier rotation is not active yet');
    case 'none':
      throw use === 'oidc' ? noOidcKeys(config) : noKeys(config);
    case 'by hand':
      return rotated.words.forEach(deps.print);
  }
}

async function retire(version: KeyVersion, confirm: number | null, deps: CliDeps): Promise<void> {
  const config = await deps.loadStored();
  const count = await countPeople(config, deps);
  const ofSecrets = await deps.readSealedVersions();
  const retired = await retireVersion(config, { version, confirm, count, ofSecrets }, deps);
  if (retired.kind === 'unknown') throw new UsageError(`there is no key of version ${version}`);
  if (retired.kind === 'current')
    throw new UsageError(`version ${version} seals new tokens. First: facestep keys rotate`);
  if (retired.kind === 'seals_secrets') throw new UsageError(sealsSecretsText);
  const { kind, lost, words } = retired;
  deps.print(`Version ${version} has sealed the tokens of at most ${lost === 1 ? '1 person' : `${lost} people`}.`);
  words.forEach(deps.print);
  if (kind === 'unconfirmed') {
    if (confirm !== null) deps.printError(`facestep: not ${confirm} but ${lost} must enrol again`);
    deps.print(`Nothing was changed. To destroy the key: facestep keys retire ${version} --confirm ${lost}`);
    deps.endWith(1);
  } else if (kind === 'retired') {
    const { keys } = filesOf(config);
    deps.print(`Version ${version} is retired. Copies of its key in backups of ${keys} can still open its tokens.`);
  }
}

async function retireSigning(kid: string, deps: CliDeps): Promise<void> {
  const config = await deps.loadKept();
  switch (await retireSigningKey(config, kid, deps)) {
    case 'by hand':
      throw new UsageError('the keys are in AWS KMS: remove it from keys.signing.others');
    case 'none':
      throw noKeys(config);
    case 'refused':
      throw new UsageError('no such key, or it is the active signing key. Run “facestep keys rotate --signing” first');
    case 'retired':
      deps.print(`Key ${kid} is retired. ${retiredSigningText}`);
  }
}

const noKeys = ({ dataFolder }: KeptConfig): UsageError =>
  new UsageError(`there are no such keys for ${dataFolder}: the server makes them at its first start`);

const noOidcKeys = ({ dataFolder }: KeptConfig): UsageError =>
  new UsageError(
    `there are no OpenID keys for ${dataFolder}: the server makes them when it starts with the first connection that has oidc`,
  );

interface ListedKeys {
  readonly sealing: readonly SealingKey[];
  readonly signing: readonly RotatingKey[];
  readonly oidc: readonly RotatingKey[];
}

function toKeyLines({ sealing, signing, oidc }: ListedKeys, { byVersion, ofUnknownVersion }: SealedCount): string[] {
  return [
    'Seal tokens:',
    ...sealing.map(({ version, isCurrent, problem }) => {
      const count = `${byVersion.get(version) ?? 0} people`;
      return `  version ${version}: ${[count, ...(isCurrent ? ['seals new ones'] : []), ...toProblem(problem)].join(', ')}`;
    }),
    ...[...byVersion]
      .filter(([version]) => sealing.every((key) => key.version !== version))
      .map(([version, count]) => `  version ${version}: retired; ${count} people must enrol again`),
    ...(ofUnknownVersion === 0 ? [] : [`  of an unknown version: ${ofUnknownVersion} people`]),
    '',
    'Sign receipts and audit heads:',
    ...toTurningLines(signing),
    ...(oidc.length === 0 ? [] : ['', 'Sign ID tokens and security events:', ...toTurningLines(oidc)]),
    '',
  ];
}

function toTurningLines(keys: readonly RotatingKey[]): string[] {
  const signing = keys.findIndex(({ isSigning }) => isSigning);
  return keys.map(({ name, signsFrom, problem }, index) => {
    const turn = index < signing ? 'former' : index === signing ? 'signs' : 'published';
    const when = signsFrom === null ? [] : [`${index > signing ? 'signs from' : 'since'} ${toIso(signsFrom)}`];
    return `  ${name}: ${[turn, ...when, ...toProblem(problem)].join(', ')}`;
  });
}

const toProblem = (problem: string | null): string[] => (problem === null ? [] : [`NOT USABLE: ${problem}`]);
