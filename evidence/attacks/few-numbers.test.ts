import { expect, test } from '@jest/globals';
import { guessFewNumbers } from './few-numbers.js';

test('with 64 values, a guessed part of the code opens tokens, and models with 64 values are refused', () => {
  expect(guessFewNumbers(64, 20)).toBeLessThan(16);
});

test.each([257, 512])('with %i values, a guessed part of the code opens no token within 2^24 guesses', (numbers) => {
  expect(guessFewNumbers(numbers, 10)).toBeGreaterThan(24);
});
