import { expect, test } from '@jest/globals';
import { asUsedToMarkdown, findMissingAsUsed, type SourceAsUsed } from './as-used.js';
import { accuracies } from './bare-token.js';
import type { ModeRates } from './by-photos.js';
import { byLevel } from './rates.js';

/* Made-up figures. */

const rates: ModeRates = {
  photos: '3x2',
  k: 104,
  fmr: 0.001,
  fmrInterval: [0, 0.02],
  fmrIntervalBy: 'exact',
  falseMatches: 3,
  pairs: 3000,
  pairsOfPeople: 190,
  pairsOfPeopleMatched: 1,
  decoded: 3000,
  fnmr: 0.01,
  fnmrInterval: [0.001, 0.03],
  falseNonMatches: 1,
  genuinePairs: 100,
  refusedEnrolments: { refused: 2, tried: 40, rate: 0.05 },
};
const entry = (each: ModeRates): SourceAsUsed => ({
  date: '2026-01-01',
  command: 'npm run eval -- --data DIR',
  engine: 'engine',
  judge: 'all',
  people: 20,
  asUsed: byLevel(accuracies, () => each),
  byPhotos: byLevel(accuracies, () => ({ '3x2': each })),
});

test('sources stand beside one another, each level with what it promises and what stands behind each rate', () => {
  const { fmrIntervalBy: _, pairsOfPeople: _pairs, ...even } = rates;
  const tables = asUsedToMarkdown({ here: entry(rates), there: entry(even) });
  expect(tables).toContain(
    '| here | 4 | 104 | 3 × 2 | 1.0e-4 | 1.0e-3 | 0 – 2.0e-2 exact | 3 of 3,000 | 1 of 190 | 1 % | 0.1 – 3 % | 1 of 100 | – | 2 of 40 |\n| there | 4 |',
  );
  expect(tables).toContain('| 1.0e-3 | 0 – 2.0e-2 | 3 of 3,000 | – |');
  expect(tables).toContain('### there');
  expect(tables).toContain('| there | 20 | all | engine | 2026-01-01 | `npm run eval -- --data DIR` |');
});

test('what too few people cannot tell is said', () => {
  const of = (each: Partial<ModeRates>): string[] => findMissingAsUsed(entry({ ...rates, ...each }).asUsed, 'here');
  expect(of({})).toEqual([]);
  expect(of({ fnmr: null })).toEqual([expect.stringContaining('nobody has four photos')]);
  expect(of({ fmr: null, fnmr: null })).toHaveLength(2);
});
