import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../test/paths.js';
import { type Finding, holds, type Seen } from './fault.js';

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

export function toMarkdown({ seen, figures, invariants, skipped }: Finding): readonly string[] {
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

export function writeFinding(name: string, finding: Finding, setting: string): void {
  const [before, after] = [`<!-- fault: ${name} -->`, `<!-- end of ${name} -->`];
  const text = readFileSync(documentFile, 'utf8');
  const [from, to] = [text.indexOf(before), text.indexOf(after)];
  if (from === -1 || to < from) throw new Error(`docs/faults.md has no place for ${name}`);
  const block = [before, '', ...toMarkdown(finding), '', setting, after].join('\n');
  writeFileSync(documentFile, text.slice(0, from) + block + text.slice(to + after.length));
}
