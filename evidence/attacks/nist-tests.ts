import { logGamma } from '../measure/statistics/exact-interval.js';
import { ones } from './linkability.js';

/** Returns the regularized upper incomplete gamma function Q(a, x), `igamc` in NIST SP 800-22. */
function upperGamma(a: number, x: number): number {
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
const erfc = (x: number): number => (x < 0 ? 2 - erfc(-x) : upperGamma(0.5, x * x));

export const twoSided = (deviations: number): number => erfc(Math.abs(deviations) / Math.SQRT2);

const normalBelow = (x: number): number => erfc(-x / Math.SQRT2) / 2;

/** Returns the asymptotic p-value of the two-sample Kolmogorov–Smirnov test, conservative for integers. */
export function twoSampleKs(one: readonly number[], other: readonly number[]): number {
  const [a, b] = [one, other].map((values) => [...values].sort((x, y) => x - y));
  let i = 0;
  let j = 0;
  let greatest = 0;
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

/*
 * Tests of NIST SP 800-22 rev. 1a on a sequence of bits. Each test returns a p-value.
 * @see https://doi.org/10.6028/NIST.SP.800-22r1a
 */

/** Test 2.1 of NIST SP 800-22 (monobit). */
export const frequency = (bits: Uint8Array): number =>
  erfc(Math.abs(2 * ones(bits) - bits.length) / Math.sqrt(bits.length) / Math.SQRT2);

/** Test 2.2 of NIST SP 800-22. */
export function blockFrequency(bits: Uint8Array, blockLength = 128): number {
  const blocks = Math.floor(bits.length / blockLength);
  let statistic = 0;
  for (let block = 0; block < blocks; block += 1)
    statistic += (ones(bits.subarray(block * blockLength, (block + 1) * blockLength)) / blockLength - 0.5) ** 2;
  return upperGamma(blocks / 2, 2 * blockLength * statistic);
}

/** Test 2.3 of NIST SP 800-22. */
export function runs(bits: Uint8Array): number {
  const share = ones(bits) / bits.length;
  if (Math.abs(share - 0.5) >= 2 / Math.sqrt(bits.length)) return 0;
  let changes = 1;
  for (let at = 1; at < bits.length; at += 1) changes += bits[at] ^ bits[at - 1];
  const spread = share * (1 - share);
  return erfc(Math.abs(changes - 2 * bits.length * spread) / (2 * Math.sqrt(2 * bits.length) * spread));
}

/** Classes of the longest run of ones in a block (sections 2.4.4 and 3.4). */
const runClasses = [
  {
    atLeast: 6272,
    blockLength: 128,
    shortest: 4,
    shares: [0.117_403_578_8, 0.242_955_959, 0.249_363_483, 0.175_177_06, 0.102_701_071, 0.112_398_847],
  },
  { atLeast: 128, blockLength: 8, shortest: 1, shares: [0.214_843_75, 0.367_187_5, 0.230_468_75, 0.187_5] },
] as const;

/** Test 2.4 of NIST SP 800-22. Needs at least 128 bits. */
export function longestRun(bits: Uint8Array): number {
  const { blockLength, shortest, shares } = bits.length >= runClasses[0].atLeast ? runClasses[0] : runClasses[1];
  const blocks = Math.floor(bits.length / blockLength);
  const counts = new Array<number>(shares.length).fill(0);
  for (let block = 0; block < blocks; block += 1) {
    let longest = 0;
    let run = 0;
    for (let at = block * blockLength; at < (block + 1) * blockLength; at += 1) {
      run = bits[at] === 1 ? run + 1 : 0;
      if (run > longest) longest = run;
    }
    counts[Math.min(Math.max(longest - shortest, 0), shares.length - 1)] += 1;
  }
  const statistic = shares.reduce((sum, share, at) => sum + (counts[at] - blocks * share) ** 2 / (blocks * share), 0);
  return chiSquaredTail(statistic, shares.length - 1);
}

function patternCounts(bits: Uint8Array, length: number): Float64Array {
  const counts = new Float64Array(2 ** length);
  const mask = 2 ** length - 1;
  let pattern = 0;
  for (let at = 0; at < length - 1; at += 1) pattern = (pattern << 1) | bits[at];
  for (let at = length - 1; at < bits.length + length - 1; at += 1) {
    pattern = ((pattern << 1) | bits[at % bits.length]) & mask;
    counts[pattern] += 1;
  }
  return counts;
}

/** Test 2.11 of NIST SP 800-22, which has two p-values. */
export function serial(bits: Uint8Array, length = 10): readonly [number, number] {
  const psi = (size: number): number =>
    size <= 0
      ? 0
      : (2 ** size / bits.length) * patternCounts(bits, size).reduce((sum, count) => sum + count * count, 0) -
        bits.length;
  const whole = psi(length);
  const less = psi(length - 1);
  const least = psi(length - 2);
  return [
    upperGamma(2 ** (length - 2), (whole - less) / 2),
    upperGamma(2 ** (length - 3), (whole - 2 * less + least) / 2),
  ];
}

/** Test 2.12 of NIST SP 800-22. */
export function approximateEntropy(bits: Uint8Array, length = 8): number {
  const phi = (size: number): number =>
    patternCounts(bits, size).reduce(
      (sum, count) => (count === 0 ? sum : sum + (count / bits.length) * Math.log(count / bits.length)),
      0,
    );
  const entropy = phi(length) - phi(length + 1);
  return upperGamma(2 ** (length - 1), bits.length * (Math.LN2 - entropy));
}

/** Test 2.13 of NIST SP 800-22, in forward mode. */
export function cumulativeSums(bits: Uint8Array): number {
  const n = bits.length;
  let sum = 0;
  let greatest = 0;
  for (const bit of bits) {
    sum += 2 * bit - 1;
    if (sum > greatest) greatest = sum;
    else if (-sum > greatest) greatest = -sum;
  }
  const root = Math.sqrt(n);
  const between = (from: number, to: number): number =>
    normalBelow((to * greatest) / root) - normalBelow((from * greatest) / root);
  let p = 1;
  for (let k = Math.trunc((-n / greatest + 1) / 4); k <= Math.trunc((n / greatest - 1) / 4); k += 1)
    p -= between(4 * k - 1, 4 * k + 1);
  for (let k = Math.trunc((-n / greatest - 3) / 4); k <= Math.trunc((n / greatest - 1) / 4); k += 1)
    p += between(4 * k + 1, 4 * k + 3);
  return Math.min(1, Math.max(0, p));
}
