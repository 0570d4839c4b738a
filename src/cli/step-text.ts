import { toFailureLines } from '../admin/operations/failure.js';
import type { StepReport, StepResult } from '../admin/operations/steps.js';
import { toPrintable } from './printable.js';

const words = {
  ready: 'ready',
  missing: 'missing',
  different: 'different',
  blocked: 'blocked',
  manual: 'by hand',
  failed: 'failed',
} as const satisfies Record<StepReport['state'], string>;

export const toFoundLines = (number: number, { title, before }: StepResult): string[] =>
  toLines(`${number}. ${title}: ${words[before.state]}`, toReportLines(before));

export function toAppliedLines(number: number, { title, applied, after }: StepResult): string[] {
  if (after.state === 'ready') return toLines(`${number}. ${title}: ${applied ? 'done' : 'was ready'}`, []);
  if (after.state === 'manual')
    return toLines(`${number}. ${title}: ${applied ? 'done, the rest by hand' : 'by hand'}`, []);
  const word = applied && after.state !== 'failed' ? `still ${words[after.state]}` : words[after.state];
  return toLines(`${number}. ${title}: ${word}`, toReportLines(after));
}

export function toCounts(reports: readonly StepReport[]): string {
  const states = ['failed', 'blocked', 'missing', 'different', 'ready', 'manual'] as const;
  const counted = states.map((state) => ({ state, count: reports.filter((each) => each.state === state).length }));
  return counted.flatMap(({ state, count }) => (count === 0 ? [] : [`${count} ${words[state]}`])).join(', ');
}

function toReportLines(report: StepReport): string[] {
  switch (report.state) {
    case 'ready':
      return [];
    case 'missing':
    case 'different':
      return report.changes.map((change) => `+ ${change}`);
    case 'blocked':
      return [report.reason, `To do: ${report.remedy}`];
    case 'manual':
      return report.instructions.map((instruction) => `- ${instruction}`);
    case 'failed':
      return toFailureLines(report);
  }
}

const toLines = (title: string, lines: readonly string[]): string[] => [
  toPrintable(title),
  ...lines.map((line) => `     ${toPrintable(line)}`),
];
