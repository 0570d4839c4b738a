import { expect, test } from '@jest/globals';
import { toClaim } from './attack.js';

test('a claim holds at its bound and not beyond', () => {
  expect(toClaim('few', { figure: 2 }, { atMost: 2 })).toMatchObject({ holds: true, interval: null });
  expect(toClaim('few', { figure: 3 }, { atMost: 2 }).holds).toBe(false);
  expect(toClaim('many', { figure: 2 }, { atLeast: 2 }).holds).toBe(true);
  expect(toClaim('many', { figure: 1, interval: [0, 3] }, { atLeast: 2 }).holds).toBe(false);
  expect(toClaim('many', { figure: Number.NaN }, { atLeast: 2 }).holds).toBe(false);
});
