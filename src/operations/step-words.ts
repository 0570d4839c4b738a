import { toFailureLines } from './failure.js';
import type { StepReport } from './steps.js';

/** What is said of a step beside what would change: why nothing can be done, or what a person has to do. */
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

/** What applying a step would do: what is missing is made (`+`), what is different is changed (`~`). */
export function toStepDiff(report: StepReport): { readonly sign: '+' | '~'; readonly text: string }[] {
  if (report.state !== 'missing' && report.state !== 'different') return [];
  const sign = report.state === 'missing' ? '+' : '~';
  return report.changes.map((text) => ({ sign, text }));
}
