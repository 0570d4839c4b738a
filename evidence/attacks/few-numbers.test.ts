import { expect, test } from '@jest/globals';
import { guessFewNumbers } from './few-numbers.js';

test('a guessed part of the code opens tokens of 64 numbers, whose models are refused', () => {
  expect(guessFewNumbers(64, 20)).toBeLessThan(16);
});

test.each([257, 512])('a guessed part of the code opens none of %i numbers within 2^24 guesses', (numbers) => {
  expect(guessFewNumbers(numbers, 10)).toBeGreaterThan(24);
});
