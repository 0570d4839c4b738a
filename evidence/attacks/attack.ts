import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../support/run/paths.js';
import { table } from '../measure/accuracy/markdown.js';
import { round } from '../measure/statistics/proportion.js';

export type Size = 'full' | 'quick';

export interface Setting {
  readonly size: Size;
  say(line: string): void;
}

/** A statement of docs/security-analysis.md and whether the measurement supports it. */
export type Claim = ReturnType<typeof toClaim>;

export interface Finding {
  readonly table: readonly (readonly string[])[];
  readonly claims: readonly Claim[];
  /** Parts that were not measured, with reasons. */
  readonly skipped: readonly string[];
}

export interface Attack {
  readonly about: string;
  run(setting: Setting): Promise<Finding>;
}

/** @param interval - 95 % interval; `null` if the figure is a count */
export function toClaim(
  claim: string,
  figure: number,
  bound: { readonly atMost: number } | { readonly atLeast: number },
  interval: readonly [number, number] | null = null,
) {
  const holds = 'atMost' in bound ? figure <= bound.atMost : figure >= bound.atLeast;
  return { claim, figure, interval, bound, holds };
}

export const show = (value: number): string =>
  value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(1) : String(round(value));

export function toMarkdown({ table: measured, claims, skipped }: Finding): string {
  const rows = claims.map(({ claim, figure, interval, bound, holds }) => [
    claim,
    show(figure) + (interval === null ? '' : ` (${interval.map(show).join('–')})`),
    'atMost' in bound ? `≤ ${show(bound.atMost)}` : `≥ ${show(bound.atLeast)}`,
    holds ? '✓' : '**no**',
  ]);
  const [head, ...others] = measured;
  const parts = [table(head, others)];
  if (rows.length > 0) parts.push(table(['claim', 'figure', 'bound', 'holds'], rows));
  return [...parts, ...skipped.map((reason) => `Skipped: ${reason}.`)].join('\n\n');
}

export const resultsFile = (name: string): string => join(projectRoot, 'docs', 'security-analysis', `${name}.md`);

export function writeFinding(name: string, finding: Finding, setting: string): void {
  const introduction = `Written by \`npm run attacks -- ${name} --write\`; explained in the [analysis](../security-analysis.md).`;
  writeFileSync(
    resultsFile(name),
    `# Attack results: ${name}\n\n${introduction}\n\n${toMarkdown(finding)}\n\n${setting}\n`,
  );
}
