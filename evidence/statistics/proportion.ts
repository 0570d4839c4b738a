/** A share of trials with its 95 % interval (Wilson). */
export interface Proportion {
  readonly hits: number;
  readonly trials: number;
  readonly rate: number;
  readonly interval: readonly [number, number];
}

/** A share, with the interval it lies in at 95 % confidence. */
export function proportion(hits: number, trials: number): Proportion {
  return { hits, trials, rate: hits / trials, interval: toInterval(hits, trials, 1.96) };
}

/**
 * The range a rate lies in, from `count` of `total` trials.
 * @param z - how many deviations wide: 1.96 for 95 % confidence
 * @see https://doi.org/10.1080/01621459.1927.10502953 (Wilson)
 */
export function toInterval(count: number, total: number, z: number): readonly [number, number] {
  const rate = count / total;
  const denominator = 1 + (z * z) / total;
  const centre = (rate + (z * z) / (2 * total)) / denominator;
  const reach = (z / denominator) * Math.sqrt((rate * (1 - rate)) / total + (z * z) / (4 * total * total));
  // At the ends the sums would cancel, and leave what rounding leaves.
  return [count === 0 ? 0 : centre - reach, count === total ? 1 : centre + reach];
}

/** A proportion as JSON: three digits. */
export const toJson = ({ hits, trials, rate, interval: [from, to] }: Proportion) => ({
  hits,
  trials,
  rate: Number(rate.toPrecision(3)),
  interval: [Number(from.toPrecision(3)), Number(to.toPrecision(3))] as const,
});
