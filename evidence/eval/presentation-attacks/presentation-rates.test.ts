import { expect, test } from '@jest/globals';
import { rateOf, toHighest } from './presentation-rates.js';

test('the highest APCER of all attack species is reported, not the mean', () => {
  const passed = (score: number): boolean => score >= 0.5;
  const apcer = { print: rateOf([0.1, 0.2], passed), screen: rateOf([0.9, 0.2], passed) };
  expect(toHighest(apcer)).toEqual({ species: 'screen', rate: 0.5 });
  expect(toHighest({})).toBeNull();
});
