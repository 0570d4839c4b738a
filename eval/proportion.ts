/** A share of trials with its 95 % interval (Wilson). */
export interface Proportion {
  readonly hits: number;
  readonly trials: number;
  readonly rate: number;
  readonly interval: readonly [number, number];
}

/** @see https://doi.org/10.1080/01621459.1927.10502953 */
export function proportion(hits: number, trials: number): Proportion {
  const z = 1.96;
  const rate = hits / trials;
  const centre = (rate + (z * z) / (2 * trials)) / (1 + (z * z) / trials);
  const half = (z / (1 + (z * z) / trials)) * Math.sqrt((rate * (1 - rate)) / trials + (z * z) / (4 * trials * trials));
  return { hits, trials, rate, interval: [Math.max(0, centre - half), Math.min(1, centre + half)] };
}

/** What a proportion looks like as JSON. */
export const toJson = ({ hits, trials, rate, interval: [from, to] }: Proportion) => ({
  hits,
  trials,
  rate: Number(rate.toPrecision(3)),
  interval: [Number(from.toPrecision(3)), Number(to.toPrecision(3))],
});
