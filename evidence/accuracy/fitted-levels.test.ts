import { describe, expect, test } from '@jest/globals';
import { type CountedLength, chooseBits, chooseCosine } from './fitted-levels.js';

/** A curve that falls by one decade in 25 bits, counted as far as three pairs of people of so many tell. */
const curve = (pairsOfPeople: number, decadeBits = 25): CountedLength[] =>
  Array.from({ length: 17 }, (_, at) => 32 + 8 * at).map((bits) => {
    const rate = 10 ** (-1 - (bits - 32) / decadeBits);
    return { bits, rate, pairsOfPeople: Math.floor(rate * pairsOfPeople) };
  });

describe('bits of message', () => {
  test('are read off where they were counted, rounded up', () => {
    expect(chooseBits(curve(1e9), 1e-2, 0)).toBe(60);
    expect(chooseBits(curve(1e9), 1e-3, 0)).toBe(84);
  });

  test('beyond what could be counted gain seven tenths of what they gained before, and are no fewer than those of our own model', () => {
    // Of a thousand pairs of people three are left at 72 bits.
    const counted = curve(1000);
    const last = counted.findLast(({ pairsOfPeople }) => pairsOfPeople >= 3)!;
    expect(last.bits).toBe(64);
    const decades = Math.log10(last.rate) + 4;
    expect(chooseBits(counted, 1e-4, 0)).toBe(4 * Math.ceil((64 + (25 / 0.7) * decades) / 4));
    expect(chooseBits(counted, 1e-4, 180)).toBe(180);
  });

  test('are those of our own model where nothing could be counted', () => {
    expect(chooseBits(curve(10), 1e-4, 92)).toBe(92);
    expect(chooseBits([], 1e-4, 92)).toBe(92);
  });
});

describe('the cosine of a level', () => {
  const descending = Float32Array.from({ length: 10_000 }, (_, at) => 0.1 - 0.07 * Math.log10((at + 0.5) / 10_000));

  test('is what that share of strangers reach', () => {
    expect(chooseCosine(descending, 1e-2)).toBeCloseTo(0.24, 2);
  });
});
