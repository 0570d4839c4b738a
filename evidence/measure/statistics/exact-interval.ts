import type { ErrorRate, Interval } from './bootstrap.js';

/** Returns the natural logarithm of the gamma function for x > 0 (Lanczos, g = 7, n = 9: 15 digits). */
function logGamma(x: number): number {
  const coefficients = [
    0.999_999_999_999_809_9, 676.520_368_121_885_1, -1259.139_216_722_402_8, 771.323_428_777_653_1,
    -176.615_029_162_140_6, 12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_572e-6,
    1.505_632_735_149_311_6e-7,
  ];
  const base = x + 6.5;
  const sum = coefficients.reduce(
    (total, coefficient, at) => total + (at === 0 ? coefficient : coefficient / (x - 1 + at)),
  );
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(sum);
}

/** Returns the regularized incomplete beta function I(x; a, b), by its continued fraction. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  // The fraction converges fast only on one side of the mean.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  const step = (numerator: number): number => {
    d = 1 / (1 + numerator * d);
    c = 1 + numerator / c;
    fraction *= c * d;
    return Math.abs(c * d - 1);
  };
  for (let m = 1; m < 10_000; m += 1) {
    step((m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)));
    if (step((-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))) < 1e-15) break;
  }
  return front * fraction;
}

function betaQuantile(share: number, a: number, b: number): number {
  let low = 0;
  let high = 1;
  for (let halving = 0; halving < 60; halving += 1) {
    const middle = (low + high) / 2;
    if (incompleteBeta(middle, a, b) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Returns the exact 95 % interval of a rate (Clopper and Pearson).
 * @param hits - 0 to `trials`; fractional for an effective number of trials (Korn and Graubard)
 * @see https://doi.org/10.1093/biomet/26.4.404 (Clopper, Pearson)
 * @see https://rdrr.io/pkg/survey/man/svyciprop.html (method "beta": Korn, Graubard 1998)
 */
export function toExactInterval(hits: number, trials: number): Interval {
  return [
    hits < 1 ? 0 : betaQuantile(0.025, hits, trials - hits + 1),
    hits === trials ? 1 : betaQuantile(0.975, hits + 1, trials - hits),
  ];
}

/** Minimum number of groups with errors for a bootstrap. */
export const fewestForBootstrap = 10;

/**
 * Returns a rate's 95 % interval and its method. If few groups have errors, the interval is exact over groups instead
 * of a bootstrap. The exact interval is conservative within groups, but treats pairs that share a person as
 * independent.
 * @param groups - number of groups with trials
 */
export function toGroupedInterval({ errors, trials, interval }: ErrorRate, groups: number, groupsWithError: number) {
  if (trials === 0) return { interval: null, by: null };
  if (interval !== null && groupsWithError >= fewestForBootstrap) return { interval, by: 'bootstrap' } as const;
  return { interval: toExactInterval((errors / trials) * groups, groups), by: 'exact' } as const;
}
