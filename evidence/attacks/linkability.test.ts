import { expect, test } from '@jest/globals';
import { createSeededRandom } from '../../src/core/base/chance.js';
import { linkability, measureLinkability } from './linkability.js';

const chance = createSeededRandom('linkability');
const draw = (count: number, shift: number) => Array.from({ length: count }, () => chance.normal() + shift);

test('the linkability of equal score distributions is within chance, and rises to 1 as they separate', () => {
  const strangers = draw(300, 0);
  const alike = measureLinkability(draw(300, 0), strangers, chance);
  expect(alike.dSys).toBeLessThanOrEqual(alike.chance.most);
  const [little, more] = [1, 2].map((shift) => measureLinkability(draw(300, shift), strangers, chance));
  expect(little!.dSys).toBeGreaterThan(little!.chance.most);
  expect(more!.dSys).toBeGreaterThan(little!.interval[1]);
  expect(linkability(draw(100, 50), draw(100, 0))).toBeCloseTo(1, 10);
});
