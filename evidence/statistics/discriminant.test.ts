import { expect, test } from '@jest/globals';
import { createChance } from './chance.js';
import { fitDiscriminant } from './discriminant.js';

const chance = createChance('discriminant');

/** The first coordinate tells the classes apart; the second is five times as large and tells nothing. */
const draw = (mean: number): number[] => [mean + chance.normal(), 5 * chance.normal(), chance.normal()];
const first = Array.from({ length: 400 }, () => draw(2));
const second = Array.from({ length: 100 }, () => draw(-2));

test('what tells two classes apart is found, however loud the rest is', () => {
  const { weights, offset } = fitDiscriminant(first, second, 0.001);
  const score = (value: readonly number[]) => value.reduce((sum, each, at) => sum + each * weights[at]!, offset);
  const mean = (values: readonly number[][]) => values.reduce((sum, value) => sum + score(value), 0) / values.length;
  expect(mean(first)).toBeCloseTo(1);
  expect(mean(second)).toBeCloseTo(0);
  expect(Math.abs(weights[0]!)).toBeGreaterThan(20 * Math.abs(weights[1]!));
  expect(first.filter((value) => score(value) < 0.5).length / first.length).toBeLessThan(0.06);
});
