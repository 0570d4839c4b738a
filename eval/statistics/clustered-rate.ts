/** A share of presentations that come from people, several from one. */
export interface ClusteredRate {
  readonly passed: number;
  readonly of: number;
  readonly people: number;
  readonly rate: number;
  /** 95 %. */
  readonly interval: readonly [number, number];
}

/** Presentations of one person, and how many of them passed. */
export interface PersonCount {
  readonly passed: number;
  readonly of: number;
}

const alpha = 0.05;

/**
 * The share over all presentations, with the exact interval of as many independent trials as they are worth: of people who
 * all pass or all fail, only people count. Where nothing, or everything, passed, people are all that is counted.
 * @see https://doi.org/10.1080/00031305.1990.10475711 (Korn and Graubard: effective size in Clopper and Pearson's interval)
 */
export function clusteredRate(persons: readonly PersonCount[]): ClusteredRate | null {
  const people = persons.filter(({ of }) => of > 0);
  const of = people.reduce((sum, person) => sum + person.of, 0);
  if (of === 0) return null;
  const passed = people.reduce((sum, person) => sum + person.passed, 0);
  const rate = passed / of;
  const size = effectiveSize(people, rate, of);
  return { passed, of, people: people.length, rate, interval: exactInterval(rate * size, size) };
}

/** Never more than the presentations, never less than one. */
function effectiveSize(people: readonly PersonCount[], rate: number, of: number): number {
  if (people.length === of) return of;
  if (rate === 0 || rate === 1) return people.length;
  const count = people.length;
  if (count === 1) return 1;
  const residuals = people.reduce((sum, person) => sum + (person.passed - rate * person.of) ** 2, 0);
  const variance = (residuals * count) / (count - 1) / of ** 2;
  return variance === 0 ? of : Math.max(1, Math.min(of, (rate * (1 - rate)) / variance));
}

/**
 * Clopper and Pearson's interval of a share, 95 %; hits and trials need not be whole.
 * @see https://doi.org/10.1093/biomet/26.4.404
 */
export function exactInterval(hits: number, trials: number): readonly [number, number] {
  const from = hits <= 0 ? 0 : betaQuantile(alpha / 2, hits, trials - hits + 1);
  const to = hits >= trials ? 1 : betaQuantile(1 - alpha / 2, hits + 1, trials - hits);
  return [from, to];
}

/** By bisection: the distribution rises from 0 to 1. */
function betaQuantile(share: number, a: number, b: number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (betaShare(middle, a, b) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The regularised incomplete beta function. @see https://dlmf.nist.gov/8.17 (8.17.22, the continued fraction) */
function betaShare(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaShare(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  // Lentz's way to evaluate a continued fraction.
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 1000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const step = d * c;
    fraction *= step;
    if (Math.abs(step - 1) < 1e-12) break;
  }
  return front * fraction;
}

/** Of numbers above 0. @see https://dlmf.nist.gov/5.11 (5.11.1, Stirling's series), above 10 by recurrence */
function logGamma(value: number): number {
  let shift = 0;
  let x = value;
  while (x < 10) {
    shift += Math.log(x);
    x += 1;
  }
  const series = 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5);
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series - shift;
}
