import type { Interval } from '../statistics/bootstrap.js';

export const percent = (rate: number | null): string =>
  rate === null ? '–' : `${Number((rate * 100).toPrecision(3))} %`;
export const share = (rate: number | null): string => (rate === null ? '–' : rate === 0 ? '0' : rate.toExponential(1));
export const range = (interval: Interval | null, write: (rate: number) => string): string =>
  interval === null ? '–' : `${write(interval[0]).replace(' %', '')} – ${write(interval[1])}`;
export const formatHits = (hits: number, trials: number, interval: Interval): string =>
  `${hits} of ${trials} (${interval.map((end) => Number((end * 100).toPrecision(2))).join(' to ')} %)`;
export const count = (value: number): string => value.toLocaleString('en');

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
