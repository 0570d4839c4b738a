import { describe, expect, test } from '@jest/globals';
import { attackFewNumbers } from './few-numbers.js';

/** Models with so many numbers are refused: without the rotation, linear algebra alone opens their tokens. */
test.each([64, 256])('without the rotation a key opens tokens of %i numbers without a face', (numbers) => {
  const { certainBits, equationTries } = attackFewNumbers(numbers, false, 1);
  expect(certainBits).toBe(119);
  expect(equationTries).toBeCloseTo(1, 1);
});

test('with the rotation a guessed part of the code still opens tokens of 64 numbers', () => {
  expect(attackFewNumbers(64, true, 20).guessTries).toBeLessThan(16);
});

describe.each([257, 512])('tokens of %i numbers, rotated, under their key', (numbers) => {
  const found = attackFewNumbers(numbers, true, 10);

  test('no message bit follows by linear algebra', () => {
    expect(found.certainBits).toBe(0);
    expect(found.equationTries).toBeGreaterThan(80);
  });

  test('the greatest correlation of two sign bits is below that of the built-in engine', () => {
    expect(found.correlation).toBeLessThan(0.25);
  });

  test('a guessed part of the code opens none within 2^24 guesses', () => {
    expect(found.guessTries ?? Number.POSITIVE_INFINITY).toBeGreaterThan(24);
  });
});
