import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { engineEntryGuard, parametersFile } from '../../../src/face/token/parameters.js';
import type { ModeRates } from './by-photos.js';
import { judgeEntry, judgePromise } from './measure.js';
import { byLevel, type RateFigures } from './rates.js';

const rates = (fmrInterval: RateFigures['fmrInterval'], pairs: number): RateFigures => ({
  k: 92,
  fmr: 0,
  fmrInterval,
  falseMatches: 0,
  pairs,
  decoded: pairs,
  fnmr: null,
  fnmrInterval: null,
  falseNonMatches: 0,
  genuinePairs: 0,
  refusedEnrolments: { refused: 0, tried: 0, rate: null },
  gfrr: null,
});

test.each<[string, RateFigures[], string]>([
  ['enough pairs and an interval below the promise', [rates([0, 9e-5], 40_000)], 'kept'],
  ['an interval that contains the promise', [rates([1e-5, 3e-4], 40_000)], 'not shown'],
  ['an interval above the promise', [rates([2e-4, 3e-4], 40_000)], 'broken'],
  [
    'one of two photo combinations above the promise',
    [rates([0, 9e-5], 40_000), rates([2e-4, 3e-4], 40_000)],
    'broken',
  ],
  ['no people to measure', [], 'not shown'],
])('the verdict on a promised rate of 1e-4 with %s', (_name, modes, verdict) => {
  expect(judgePromise(modes, 1e-4)).toBe(verdict);
});

test('many photos of few people do not prove a rate: pairs of people are counted', () => {
  expect(judgePromise([{ ...rates([0, 9e-5], 40_000), pairsOfPeople: 190 }], 1e-4)).toBe('not shown');
  expect(judgePromise([{ ...rates([0, 9e-5], 40_000), pairsOfPeople: 30_000 }], 1e-4)).toBe('kept');
});

test('a level stores its worst rates over all combinations of photos', () => {
  const stored = z
    .object({ engines: z.array(engineEntryGuard) })
    .parse(JSON.parse(readFileSync(parametersFile, 'utf8')));
  const mode = (photos: string, more: Partial<ModeRates>): ModeRates => ({
    photos,
    ...rates([0, 1e-4], 40_000),
    ...more,
  });
  const modes = {
    '1x1': mode('1x1', { fnmr: 0.08, fnmrInterval: [0.06, 0.1], genuinePairs: 500 }),
    '1x3': mode('1x3', { fmr: 6e-5, fmrInterval: [0, 3e-4], fnmr: 0.01, fnmrInterval: [0, 0.03], genuinePairs: 300 }),
    '3x1': mode('3x1', { fmrInterval: [0, 9e-4], pairs: 3_000 }),
  };
  const figures = (of: Record<string, ModeRates>) => ({
    date: '2026-11-23',
    data: { people: 100, photos: 300, judgedPeople: 50, judgedPhotos: 150, otherFiles: 0 },
    multi: byLevel(() => of),
  });
  const [entry] = stored.engines;
  expect(judgeEntry(entry!, figures(modes)).levels[4]).toMatchObject({
    falseMatch: { rate: 6e-5, interval: [0, 3e-4], trials: 40_000 },
    falseNonMatch: { rate: 0.08, interval: [0.06, 0.1], trials: 500 },
  });
  const { '1x1': one, '3x1': three } = modes;
  expect(judgeEntry(entry!, figures({ '1x1': one, '3x1': three })).levels[4].falseMatch).toMatchObject({
    trials: 3_000,
  });
});
