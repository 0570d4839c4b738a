import type { CheckResult } from '../admin/operations/checks/in-turn.js';
import type { CliDeps } from './deps.js';
import { toPrintable } from './printable.js';

const words = {
  pass: 'pass  ',
  warn: 'warn  ',
  fail: 'FAIL  ',
  manual: 'manual',
} as const satisfies Record<Exclude<CheckResult['verdict'], 'skipped'>, string>;

const colours = { pass: 'green', warn: 'yellow', fail: 'red', manual: 'yellow' } as const;

const plain: CliDeps['paint'] = (_, text) => text;

/** Returns one result as lines. Skipped checks appear below their cause. */
export const toFindingLines = (
  { verdict, title, found, remedy }: CheckResult,
  paint: CliDeps['paint'] = plain,
): string[] => {
  if (verdict === 'skipped') return [`          not checked: ${toPrintable(title)}`];
  return [
    `${paint(colours[verdict], words[verdict])}  ${toPrintable(`${title}: ${found}`)}`,
    ...(remedy === null ? [] : [`        To do: ${toPrintable(remedy)}`]),
  ];
};

const names = {
  pass: 'passed',
  fail: 'failed',
  warn: 'with a warning',
  manual: 'to check by hand',
  skipped: 'not checked',
} as const satisfies Record<CheckResult['verdict'], string>;

export function toVerdictCounts(results: readonly CheckResult[]): string {
  const verdicts = ['pass', 'fail', 'warn', 'manual', 'skipped'] as const;
  const counted = verdicts.map((verdict) => ({ verdict, count: results.filter((r) => r.verdict === verdict).length }));
  return counted.flatMap(({ verdict, count }) => (count === 0 ? [] : [`${count} ${names[verdict]}`])).join(', ');
}
