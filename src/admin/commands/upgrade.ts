import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { UsageError } from '../../cli/command-error.js';
import type { CliDeps } from '../../cli/deps.js';
import { type DataFiles, filesOf, recognitionFolderOf } from '../../config/data-files.js';
import { findDeprecations, toDeprecationLine } from '../../config/deprecations.js';
import { problemsOf } from '../../config/problem.js';
import type { Setup } from '../../connections/setup.js';
import { version } from '../../core/base/version.js';
import { toCode } from '../../errors.js';
import { openEngines } from '../../face/recognition/open-engines.js';
import {
  checkReadable,
  dataFormat,
  type FormatMark,
  readFolderMark,
  readStoreMark,
} from '../../storage/state/format.js';
import { openStore } from '../../storage/state/open.js';

interface Part {
  readonly title: string;
  readonly lines: readonly string[];
  readonly isInTheWay: boolean;
}

export const createUpgradeCommand = (deps: CliDeps): CommandUnknownOpts =>
  new Command('upgrade')
    .summary('check what an upgrade will change')
    .description('Run it with the new version, on the configuration and data of the running one. It changes nothing.')
    .option('--check', 'check, and change nothing')
    .action(async ({ check = false }) => {
      if (!check) throw new UsageError('add --check');
      deps.print(`facestep ${version}, data format ${dataFormat}`);
      const setup = await deps.loadSetup().catch((error: unknown) => {
        if (toCode(error) !== 'config_invalid') throw error;
        const lines = problemsOf(error).map(({ path, reason }) => `${path}: ${reason}`);
        printPart({ title: 'Configuration', lines, isInTheWay: true }, deps);
        return null;
      });
      const parts = setup === null ? [] : await inspectInstallation(setup, deps);
      for (const part of parts) printPart(part, deps);
      if (setup === null || parts.some(({ isInTheWay }) => isInTheWay)) {
        deps.print('Do not start this version yet: fix what is IN THE WAY first. The running version is not affected.');
        deps.endWith(1);
      } else deps.print('Nothing is in the way.');
    });

function printPart({ title, lines, isInTheWay }: Part, { print }: CliDeps): void {
  print(`${title}${isInTheWay ? ': IN THE WAY' : ''}`);
  for (const line of lines) print(`  ${line}`);
}

async function inspectInstallation({ config }: Setup, deps: CliDeps): Promise<Part[]> {
  const files = filesOf(config);
  return [
    toConfigurationPart(),
    toFormatPart('Data folder', await readFolderMark(files)),
    ...(config.state.kind === 'sqlite' ? [] : [await toStorePart(config.state, files, deps)]),
    await toTokensPart(config, deps),
  ];
}

function toConfigurationPart(): Part {
  const deprecated = findDeprecations({ node: process.versions.node }).map(toDeprecationLine);
  return { title: 'Configuration', lines: ['valid', ...deprecated], isInTheWay: false };
}

function toFormatPart(title: string, mark: FormatMark | null): Part {
  if (mark === null) return { title, lines: ['no data yet'], isInTheWay: false };
  try {
    checkReadable(mark, title);
    return { title, lines: [`format ${mark.format}: nothing to do`], isInTheWay: false };
  } catch {
    const lines = [`format ${mark.format}, written by facestep ${mark.writtenBy}: newer than this version reads`];
    return {
      title,
      lines: [...lines, 'Run that version, or restore the previous copy: docs/install.md'],
      isInTheWay: true,
    };
  }
}

async function toStorePart(config: Setup['config']['state'], files: DataFiles, deps: CliDeps): Promise<Part> {
  const title = `State store (${config.kind})`;
  const state = await openStore(config, { ...deps, files });
  if (state === null) return toFormatPart(title, null);
  try {
    const { lines, isInTheWay } = toFormatPart(title, await readStoreMark(state));
    const stop = 'Stop all servers of the previous version before you start this one.';
    return { title, lines: [...lines, stop], isInTheWay };
  } finally {
    await state.close();
  }
}

async function toTokensPart(config: Setup['config'], deps: CliDeps): Promise<Part> {
  const title = 'Tokens';
  const folder = recognitionFolderOf(config);
  const { parameters, refused } = await openEngines({ engine: config.recognition.engine, folder }, deps);
  const lines = [`${parameters.current.name} makes new tokens`];
  if (refused.length > 0)
    lines.push(
      `tokens of ${refused.join(', ')} can no longer be verified: those users must enrol again (docs/own-model.md)`,
    );
  return { title, lines, isInTheWay: false };
}
