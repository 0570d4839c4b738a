import { hitsOfTrials } from '../../accuracy/markdown.js';
import type { Rate } from './presentation-rates.js';

export type Counts = Readonly<Record<string, number>>;

export const percent = (rate: number): string => `${Number((rate * 100).toPrecision(2))}`;

export const toText = (rate: Rate | null): string =>
  rate === null ? 'no response' : hitsOfTrials(rate.hits, rate.trials, rate.interval);

export const toSignals = (counts: Counts): string =>
  Object.entries(counts)
    .slice(0, 3)
    .map(([signal, count]) => `\`${signal}\` ${count}`)
    .join(', ');
