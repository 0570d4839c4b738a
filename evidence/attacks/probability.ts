import { logGamma } from '../../src/extensions/measuring/statistics/exact-interval.js';

/** Returns the regularized upper incomplete gamma function Q(a, x), `igamc` in NIST SP 800-22. */
export function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < 10_000 && term > sum * 1e-16; n += 1) {
      term *= x / (a + n);
      sum += term;
    }
    return Math.max(0, 1 - front * sum);
  }
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < 10_000; n += 1) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    const change = d * c;
    fraction *= change;
    if (Math.abs(change - 1) < 1e-15) break;
  }
  return Math.min(1, front * fraction);
}

export const chiSquaredTail = (value: number, freedom: number): number => upperGamma(freedom / 2, value / 2);

/** Returns the complementary error function: the two-sided tail beyond `x·√2` standard deviations. */
export const erfc = (x: number): number => (x < 0 ? 2 - erfc(-x) : upperGamma(0.5, x * x));

export const twoSided = (deviations: number): number => erfc(Math.abs(deviations) / Math.SQRT2);

export const normalBelow = (x: number): number => erfc(-x / Math.SQRT2) / 2;

/** Returns the asymptotic p-value of the two-sample Kolmogorov–Smirnov test, conservative for integers. */
export function twoSampleKs(one: readonly number[], other: readonly number[]): number {
  const [a, b] = [one, other].map((values) => [...values].sort((x, y) => x - y));
  let [i, j, greatest] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i], b[j]);
    while (i < a.length && a[i] === value) i += 1;
    while (j < b.length && b[j] === value) j += 1;
    greatest = Math.max(greatest, Math.abs(i / a.length - j / b.length));
  }
  const effective = Math.sqrt((a.length * b.length) / (a.length + b.length));
  const lambda = (effective + 0.12 + 0.11 / effective) * greatest;
  if (lambda < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k += 1) sum += 2 * (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * lambda * lambda);
  return Math.min(1, Math.max(0, sum));
}
