import { expect, test } from '@jest/globals';
import { judgePromise } from './engine-levels.js';
import type { RateFigures } from './rates.js';

const rates = (fmrInterval: RateFigures['fmrInterval'], pairs: number): RateFigures => ({
  ...{ k: 92, fmr: 0, fmrInterval, falseMatches: 0, pairs, decoded: pairs },
  ...{ fnmr: null, fnmrInterval: null, falseNonMatches: 0, genuinePairs: 0 },
  refusedEnrolments: { refused: 0, tried: 0, rate: null },
});

test.each<[string, RateFigures[], string]>([
  ['enough pairs and an interval below it', [rates([0, 9e-5], 40_000)], 'kept'],
  ['too few pairs, though nobody passed', [rates([0, 9e-5], 20_000)], 'not shown'],
  ['an interval with the promise in it', [rates([1e-5, 3e-4], 40_000)], 'not shown'],
  ['an interval above it', [rates([2e-4, 3e-4], 40_000)], 'broken'],
  ['one of two ways above it', [rates([0, 9e-5], 40_000), rates([2e-4, 3e-4], 40_000)], 'broken'],
  ['one of two ways that cannot tell', [rates([0, 9e-5], 40_000), rates(null, 0)], 'not shown'],
  ['nobody to judge', [], 'not shown'],
])('a promise of 1e-4 by %s', (_name, modes, verdict) => {
  expect(judgePromise(modes, 1e-4)).toBe(verdict);
});
