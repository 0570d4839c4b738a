import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Setup } from '../../src/connections/setup.js';
import type { JsonObject } from '../../src/core/base/json.js';
import type { Ports } from '../../src/core/deps.js';
import type { Json } from '../../src/errors.js';
import { BadInput } from './corpus/corpus.js';

export type PrintLine = (line: string) => void;

export interface MeasureDeps extends Ports<'clock' | 'random' | 'log'> {
  /** Prints a line of the result. */
  readonly print: PrintLine;
  /** Prints progress and advice. */
  readonly say: PrintLine;
  readonly loadSetup: () => Promise<Setup>;
  readonly untilStopped: () => Promise<unknown>;
}

/** Prints progress, so that `--json` on stdout is only JSON. */
export const say: PrintLine = (line) => void process.stderr.write(`${line}\n`);

/** An option that a program does not have. Its help follows the message. */
class UnknownOption extends BadInput {}

/** @throws BadInput for an unknown option */
export function parseOptions<const Config extends ParseArgsConfig>(
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new UnknownOption(reason);
  }
}

/** Runs a program, or prints its help for `--help`. Invalid input ends it with exit code 2. */
export async function runProgram(program: () => Promise<void>, usage: string): Promise<void> {
  if (process.argv.slice(2).some((each) => each === '--help' || each === '-h')) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  try {
    await program();
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    say(error.message);
    if (error instanceof UnknownOption) say(usage);
    process.exitCode = 2;
  }
}

/** Lists what a program runs, one a line, for its help. */
export const listNamed = (all: Readonly<Record<string, { readonly about: string }>>): string =>
  Object.entries(all)
    .map(([name, { about }]) => `  ${name.padEnd(22)} ${about}`)
    .join('\n');

/**
 * Runs the measurements that the command line names, or all, and prints their names and durations.
 * @param run - runs one; stores its results too, so that these survive an interruption
 * @returns findings by name
 * @throws BadInput that lists all, for an unknown name
 */
export async function runNamed<
  Named extends { readonly about: string },
  Finding extends { readonly skipped: readonly string[] },
>(
  kind: string,
  all: Readonly<Record<string, Named>>,
  names: readonly string[],
  run: (name: string, named: Named) => Promise<Finding>,
): Promise<Readonly<Record<string, Finding>>> {
  const unknown = names.filter((name) => !Object.hasOwn(all, name));
  if (unknown.length > 0) throw new BadInput(`There is no ${unknown.join(', ')}. The ${kind}:\n${listNamed(all)}`);
  const findings: Record<string, Finding> = {};
  for (const [name, named] of Object.entries(all)) {
    if (names.length > 0 && !names.includes(name)) continue;
    say(`\n${name}: ${named.about}`);
    const from = performance.now();
    findings[name] = await run(name, named);
    for (const reason of findings[name].skipped) say(`SKIPPED: ${reason}`);
    say(`${name}: ${Math.round((performance.now() - from) / 1000)} s`);
  }
  return findings;
}

/** Runs work in a folder of its own, which is removed at the end. */
export async function withFolder<Result>(name: string, work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), `facestep-${name}-`));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Returns true if the work succeeds, and false if it fails. */
export const succeeds = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );

/** Describes day and machine, in a page of results. */
export const describeMachine = (): string =>
  [
    new Date().toISOString().slice(0, 10),
    cpus()[0]?.model.trim() ?? '',
    `${availableParallelism()} cores`,
    `Node ${process.version.slice(1)}`,
  ].join(', ');

/** Evaluation that returns figures. Progress goes to `say`, plots to the folder `out`. */
export interface EvalProgram {
  readonly about: string;
  /**
   * Evaluates folders of recordings. Absent if the program needs the evaluation faces.
   * @throws BadInput
   */
  readonly runOn?: (
    folders: readonly string[],
    say: PrintLine,
    out: string | null,
    models: readonly string[],
  ) => Promise<{ readonly [figure: string]: Json }>;
  /** True if `runOn` takes judges of passive liveness: `built-in`, or folders of other models. */
  readonly takesModel?: true;
  run(say: PrintLine, out: string | null): Promise<{ readonly [figure: string]: Json }>;
}

/** Makes the folder of `--out` before the work, so that a command fails at once. @throws BadInput */
export async function makeOut(out: string | undefined): Promise<void> {
  if (out === undefined) return;
  await mkdir(out, { recursive: true }).catch(() => {
    throw new BadInput(`The folder ${out} cannot be made`);
  });
}

/** Writes plots, tables and figures to the folder of `--out`. */
export async function keep(out: string | null, files: Readonly<Record<string, string>>): Promise<void> {
  if (out === null) return;
  await mkdir(out, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(out, name), text);
}

export const toFile = (figures: object): string => `${JSON.stringify(figures, null, 2)}\n`;

/** Stores the figures of `npm run eval -- NAME` for the docs. */
export const keepFigures = (out: string | null, name: string, figures: JsonObject, command = name): Promise<void> =>
  keep(out, {
    [`${name}.json`]: toFile({
      date: new Date().toISOString().slice(0, 10),
      command: `npm run eval -- ${command}`,
      node: process.version,
      cores: availableParallelism(),
      ...figures,
    }),
  });
