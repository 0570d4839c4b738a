import type { Json } from '../../../src/base/json.js';
import type { ClusteredRate } from '../../statistics/clustered-rate.js';

const toDigits = (value: number): number => Number(value.toPrecision(3));

export const rateAsJson = (rate: ClusteredRate | null): Json =>
  rate === null
    ? null
    : { ...rate, rate: toDigits(rate.rate), interval: [toDigits(rate.interval[0]), toDigits(rate.interval[1])] };

export const countsAsText = ({ passed, of, interval }: ClusteredRate): string =>
  `${passed} of ${of} (${interval.map((end) => toDigits(end * 100)).join(' to ')} %)`;

export const rateAsText = (rate: ClusteredRate | null): string =>
  rate === null ? '–' : `${countsAsText(rate).slice(0, -1)}; people: ${rate.people})`;
