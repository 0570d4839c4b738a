import { hitsOfTrials } from '../../accuracy/markdown.js';
import type { Rate } from './presentation-rates.js';

/* How rates and signals are written in the tables of presentation attacks. */

/** How often each signal refused. */
export type Counts = Readonly<Record<string, number>>;

/** Two digits. */
export const percent = (rate: number): string => `${Number((rate * 100).toPrecision(2))}`;

/** A rate with its counts and interval. */
export const toText = (rate: Rate | null): string =>
  rate === null ? 'no response' : hitsOfTrials(rate.hits, rate.trials, rate.interval);

/** The three that refused most often. */
export const toSignals = (counts: Counts): string =>
  Object.entries(counts)
    .slice(0, 3)
    .map(([signal, count]) => `\`${signal}\` ${count}`)
    .join(', ');
