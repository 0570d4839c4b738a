import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../support/run/paths.js';
import { BadInput } from '../measure/corpus/corpus.js';
import { describeMachine, listNamed, parseOptions, runNamed, runProgram, say } from '../measure/program.js';
import { clock } from './clock.js';
import { diskFull } from './disk-full.js';
import { type Fault, type Finding, holds, isDone, type Seen } from './fault.js';
import { idp } from './idp.js';
import { kill } from './kill.js';
import { kms } from './kms.js';
import { lost } from './lost.js';
import { memory } from './memory.js';
import { overload } from './overload.js';
import { failover, redis } from './redis.js';

/** All faults, in the order of docs/faults.md. */
export const faults: Readonly<Record<string, Fault>> = {
  kill,
  redis,
  failover,
  'disk-full': diskFull,
  clock,
  kms,
  idp,
  lost,
  memory,
  overload,
};

function toRowOfOperation(doing: string, seen: readonly Seen[]): string {
  const answers = new Map<string, number>();
  for (const [answer, count] of seen.flatMap((each) => Object.entries(each.answers)))
    answers.set(answer, (answers.get(answer) ?? 0) + count);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
  const cells = [
    doing,
    sum(seen.map(({ requests }) => requests)),
    [...answers]
      .toSorted(([, a], [, b]) => b - a)
      .map(([answer, count]) => `${answer} × ${count}`)
      .join(', '),
    sum(seen.map(({ retried }) => retried)),
    `${Math.max(...seen.map(({ maxMs }) => maxMs))} ms`,
  ];
  return `| ${cells.join(' | ')} |`;
}

const isFlat = (figure: unknown): boolean =>
  typeof figure !== 'object' || figure === null || Object.values(figure).every((each) => typeof each !== 'object');
const toWords = (figure: unknown): string =>
  typeof figure === 'object' && figure !== null
    ? Object.entries(figure)
        .map(([name, each]) => `${name} ${each}`)
        .join(', ')
    : String(figure);

function toMarkdown({ seen, figures, invariants, skipped }: Finding): readonly string[] {
  const broken = invariants.filter((invariant) => !holds(invariant));
  const checked = invariants.reduce((sum, invariant) => sum + invariant.checked, 0);
  const shown = Object.entries(figures).filter(([, figure]) => isFlat(figure));
  return [
    '| operation | requests | answers | retried | longest |',
    '| --- | ---: | --- | ---: | ---: |',
    ...[...new Set(seen.map(({ doing }) => doing))].map((doing) =>
      toRowOfOperation(
        doing,
        seen.filter((each) => each.doing === doing),
      ),
    ),
    '',
    `${invariants.length - broken.length} of ${invariants.length} rules hold (${checked} checks).`,
    ...broken.map(
      ({ invariant, broken: cases }) => `**Broken:** ${[invariant, ...cases].join('; ')} (${cases.length} cases).`,
    ),
    ...shown.map(([name, figure]) => `\`${name}\`: ${toWords(figure)}.`),
    ...skipped.map((reason) => `Skipped: ${reason}.`),
  ];
}

const documentFile = join(projectRoot, 'docs', 'faults.md');

function writeFinding(name: string, finding: Finding, setting: string): void {
  const before = `<!-- fault: ${name} -->`;
  const after = `<!-- end of ${name} -->`;
  const text = readFileSync(documentFile, 'utf8');
  const from = text.indexOf(before);
  const to = text.indexOf(after);
  if (from === -1 || to < from) throw new Error(`docs/faults.md has no place for ${name}`);
  const block = [before, '', ...toMarkdown(finding), '', setting, after].join('\n');
  writeFileSync(documentFile, text.slice(0, from) + block + text.slice(to + after.length));
}

const usage = `npm run faults -- [NAME…] [--quick] [--json] [--write] [--seed TEXT]
  Breaks parts of a running service, and reports what is lost, used twice or wrongly granted.
  --quick   fewer repetitions
  --json    print JSON on stdout
  --write   update docs/faults.md
  --seed    repeat the random moments of an earlier run

Faults (all, if none is named):
${listNamed(faults)}`;

/*
 * `npm run faults [-- NAME… --quick --json --write --seed=TEXT]` breaks parts of a running service, and reports
 * whatever is lost, used twice or wrongly granted. Exits with 1 if an invariant is broken, with 2 if everything was
 * skipped. `--write` updates docs/faults.md.
 */
async function main(): Promise<void> {
  const { values, positionals } = parseOptions({
    options: {
      quick: { type: 'boolean' },
      json: { type: 'boolean' },
      write: { type: 'boolean' },
      seed: { type: 'string', default: randomBytes(4).toString('hex') },
    },
    allowPositionals: true,
  });
  const { seed } = values;
  const size = values.quick ? 'quick' : 'full';
  say(`Random moments are those of --seed=${seed}`);
  const made = `_${describeMachine()}${values.quick ? '; quick form' : ''}._`;
  const findings = await runNamed('faults', faults, positionals, async (name, { about, run }) => {
    const finding = await run({ size, seed, say });
    // A skipped fault keeps its figures in the page.
    if (values.write && isDone(finding)) writeFinding(name, finding, made);
    if (!values.json) console.log([`\n${name}: ${about}`, ...toMarkdown(finding)].join('\n'));
    return finding;
  });
  const told = { size, seed, node: process.version, cores: availableParallelism() };
  if (values.json) console.log(JSON.stringify({ setting: told, faults: findings }, null, 2));
  if (Object.values(findings).some(({ invariants }) => !invariants.every(holds))) process.exitCode = 1;
  else if (!Object.values(findings).some(isDone)) throw new BadInput('No results: all requested faults were skipped.');
}

// Tests import the faults, and cause none of them.
if (process.argv[1] === import.meta.filename) await runProgram(main, usage);
