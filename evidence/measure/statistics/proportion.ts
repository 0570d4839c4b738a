/** Rounds to three significant digits. */
export const round = (value: number): number => Number(value.toPrecision(3));

export const roundBoth = ([low, high]: readonly [number, number]) => [round(low), round(high)] as const;

export type Proportion = ReturnType<typeof proportion>;

export function proportion(hits: number, trials: number) {
  return { hits, trials, rate: hits / trials, interval: toInterval(hits, trials, 1.96) };
}

/**
 * Returns the interval of a rate of `count` in `total` trials.
 * @param z - width in standard deviations: 1.96 for 95 %
 * @see https://doi.org/10.1080/01621459.1927.10502953 (Wilson)
 */
export function toInterval(count: number, total: number, z: number): readonly [number, number] {
  const rate = count / total;
  const denominator = 1 + (z * z) / total;
  const centre = (rate + (z * z) / (2 * total)) / denominator;
  const reach = (z / denominator) * Math.sqrt((rate * (1 - rate)) / total + (z * z) / (4 * total * total));
  // Returns exactly 0 or 1 at the ends, without rounding errors.
  return [count === 0 ? 0 : centre - reach, count === total ? 1 : centre + reach];
}

export const toJson = ({ hits, trials, rate, interval }: Proportion) => ({
  hits,
  trials,
  rate: round(rate),
  interval: roundBoth(interval),
});
