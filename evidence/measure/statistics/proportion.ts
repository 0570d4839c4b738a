/** Rounds to three significant digits. */
export const round = (value: number): number => Number(value.toPrecision(3));

export const roundBoth = ([low, high]: readonly [number, number]) => [round(low), round(high)] as const;

/** Returns a rate and its 95 % interval, rounded. */
export const proportion = (hits: number, trials: number) => ({
  hits,
  trials,
  rate: round(hits / trials),
  interval: roundBoth(toInterval(hits, trials)),
});

/** Width of a 95 % interval, in standard deviations. */
const z = 1.96;

/**
 * Returns the 95 % interval of a rate of `count` in `total` trials.
 * @see https://doi.org/10.1080/01621459.1927.10502953 (Wilson)
 */
export function toInterval(count: number, total: number): readonly [number, number] {
  const rate = count / total;
  const denominator = 1 + (z * z) / total;
  const centre = (rate + (z * z) / (2 * total)) / denominator;
  const reach = (z / denominator) * Math.sqrt((rate * (1 - rate)) / total + (z * z) / (4 * total * total));
  // Returns exactly 0 or 1 at the ends, without rounding errors.
  return [count === 0 ? 0 : centre - reach, count === total ? 1 : centre + reach];
}
