import { expect, test } from '@jest/globals';
import {
  approximateEntropy,
  blockFrequency,
  cumulativeSums,
  frequency,
  longestRun,
  runs,
  serial,
  twoSampleKs,
} from './nist-tests.js';

/* The worked examples of NIST SP 800-22 rev. 1a, section 2. */

const toBits = (text: string): Uint8Array => Uint8Array.from(text.replace(/\s/g, ''), Number);

const longExample = toBits(`
  11001100 00010101 01101100 01001100 11100000 00000010 01001101 01010001
  00010011 11010110 10000000 11010111 11001100 11100110 11011000 10110010`);

test.each<[string, number, number]>([
  ['2.1.4 frequency', frequency(toBits('1011010101')), 0.527_089],
  ['2.2.4 block frequency', blockFrequency(toBits('0110011010'), 3), 0.801_252],
  ['2.3.4 runs', runs(toBits('1001101011')), 0.147_232],
  ['2.4.4 longest run', longestRun(longExample), 0.180_598],
  ['2.11.4 serial, first', serial(toBits('0011011101'), 3)[0], 0.808_792],
  ['2.11.4 serial, second', serial(toBits('0011011101'), 3)[1], 0.670_32],
  ['2.12.4 approximate entropy', approximateEntropy(toBits('0100110101'), 3), 0.261_961],
  ['2.13.4 cumulative sums', cumulativeSums(toBits('1011010111')), 0.411_658_8],
])('%s', (_name, p, expected) => {
  expect(p).toBeCloseTo(expected, 4);
});

test('two samples differ by the distance of Kolmogorov and Smirnov', () => {
  const count = (from: number) => Array.from({ length: 100 }, (_, at) => at + from);
  expect(twoSampleKs(count(0), count(0))).toBe(1);
  // D = .2 of two hundreds: .0314 by the asymptotic formula with Stephens' correction.
  expect(twoSampleKs(count(0), count(20))).toBeCloseTo(0.031, 2);
  expect(twoSampleKs(count(0), count(60))).toBeLessThan(1e-10);
});
