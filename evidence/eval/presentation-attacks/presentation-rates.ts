import type { Json } from '../../../src/core/base/json.js';
import type { ClusteredRate } from '../../measure/statistics/clustered-rate.js';
import { proportion, toJson } from '../../measure/statistics/proportion.js';

type Rate = ReturnType<typeof toJson>;

export const rateOf = <Each>(all: readonly Each[], isHit: (each: Each) => boolean): Rate =>
  toJson(proportion(all.filter(isHit).length, all.length));

/** Returns the species with the highest APCER; `null` if there are none. */
export function toHighest(apcer: Readonly<Record<string, Rate>>): { species: string; rate: number } | null {
  const rates = Object.entries(apcer).map(([species, { rate }]) => ({ species, rate }));
  return rates.toSorted((one, other) => other.rate - one.rate)[0] ?? null;
}

const toDigits = (value: number): number => Number(value.toPrecision(3));

export const rateAsJson = (rate: ClusteredRate | null): Json =>
  rate === null
    ? null
    : { ...rate, rate: toDigits(rate.rate), interval: [toDigits(rate.interval[0]), toDigits(rate.interval[1])] };

export const countsAsText = ({ passed, of, interval }: ClusteredRate): string =>
  `${passed} of ${of} (${interval.map((end) => toDigits(end * 100)).join(' to ')} %)`;
