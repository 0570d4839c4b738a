import type { Finding } from '../../adapters/provisioning.js';
import { toPrintable } from './printable.js';

/** What a check found, under its title. */
export interface CheckResult extends Finding {
  readonly title: string;
}

const words = {
  pass: 'pass  ',
  warn: 'warn  ',
  fail: 'FAIL  ',
  manual: 'manual',
} as const satisfies Record<Finding['verdict'], string>;

/** One result: verdict, title and what was found, then what to do about it. */
export const toFindingLines = ({ verdict, title, found, remedy }: CheckResult): string[] => [
  `${words[verdict]}  ${toPrintable(`${title}: ${found}`)}`,
  ...(remedy === null ? [] : [`        To do: ${toPrintable(remedy)}`]),
];

/** How many checks ended how, such as `7 passed, 1 failed`. */
export function toVerdictCounts(results: readonly CheckResult[]): string {
  const names = { pass: 'passed', warn: 'to look at', fail: 'failed', manual: 'to check by hand' } as const;
  const verdicts = ['pass', 'fail', 'warn', 'manual'] as const;
  const counted = verdicts.map((verdict) => ({ verdict, count: results.filter((r) => r.verdict === verdict).length }));
  return counted.flatMap(({ verdict, count }) => (count === 0 ? [] : [`${count} ${names[verdict]}`])).join(', ');
}
