import { toFailureLines } from './failure.js';
import type { StepReport } from './steps.js';

export function toStepWords(report: StepReport): string[] {
  switch (report.state) {
    case 'ready':
    case 'missing':
    case 'different':
      return [];
    case 'blocked':
      return [report.reason, report.remedy];
    case 'manual':
      return [...report.instructions];
    case 'failed':
      return toFailureLines(report);
  }
}

/** Returns the changes of a step: `+` is created, `~` is changed. */
export function toStepDiff(report: StepReport): { readonly sign: '+' | '~'; readonly text: string }[] {
  if (report.state !== 'missing' && report.state !== 'different') return [];
  const sign = report.state === 'missing' ? '+' : '~';
  return report.changes.map((text) => ({ sign, text }));
}
