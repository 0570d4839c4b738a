import type { Json } from '../../../src/core/base/json.js';
import type { ClusteredRate } from '../../measure/statistics/clustered-rate.js';
import { proportion, toJson } from '../../measure/statistics/proportion.js';

export type Rate = ReturnType<typeof toJson>;

/** Passive liveness scores, 0 to 1; `null` for a non-response. */
export type Scores = readonly (number | null)[];

const isResponse = (score: number | null): score is number => score !== null;

export const rateOf = <Each>(all: readonly Each[], isHit: (each: Each) => boolean): Rate =>
  toJson(proportion(all.filter(isHit).length, all.length));

const rateOrNull = <Each>(all: readonly Each[], isHit: (each: Each) => boolean): Rate | null =>
  all.length === 0 ? null : rateOf(all, isHit);

/** Computes APCER of one species by ISO/IEC 30107-3, over responses only; `null` if there are none. */
export const toApcer = (scores: Scores, bound: number): Rate | null =>
  rateOrNull(scores.filter(isResponse), (score) => score >= bound);

export const toBpcer = (scores: Scores, bound: number): Rate | null =>
  rateOrNull(scores.filter(isResponse), (score) => score < bound);

export const toNonResponseRate = (scores: Scores): Rate | null => rateOrNull(scores, (score) => !isResponse(score));

/** Returns the species with the highest APCER; `null` if there were no responses. */
export function toHighest(apcer: Readonly<Record<string, Rate | null>>): { species: string; rate: number } | null {
  const rates = Object.entries(apcer).flatMap(([species, rate]) =>
    rate === null ? [] : [{ species, rate: rate.rate }],
  );
  return rates.toSorted((one, other) => other.rate - one.rate)[0] ?? null;
}

const toDigits = (value: number): number => Number(value.toPrecision(3));

export const rateAsJson = (rate: ClusteredRate | null): Json =>
  rate === null
    ? null
    : { ...rate, rate: toDigits(rate.rate), interval: [toDigits(rate.interval[0]), toDigits(rate.interval[1])] };

export const countsAsText = ({ passed, of, interval }: ClusteredRate): string =>
  `${passed} of ${of} (${interval.map((end) => toDigits(end * 100)).join(' to ')} %)`;
