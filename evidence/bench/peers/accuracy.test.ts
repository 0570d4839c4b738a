import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createChance } from '../../statistics/chance.js';
import { type AccuracyReport, measureAccuracy } from './accuracy.js';
import type { Pair } from './library-handle.js';

const threshold = 0.6;

/** Each two of so many people, in the order of `drawPairs`. */
const pairsOf = (people: number): Pair[] =>
  Array.from({ length: people }, (_, a) => a).flatMap((a) =>
    Array.from({ length: people - a - 1 }, (_, b): Pair => [2 * a, 2 * (a + 1 + b)]),
  );

function judge(genuine: readonly (number | null)[], impostor: readonly (number | null)[]): AccuracyReport {
  const compared = (score: number | null) => (score === null ? null : { score, isMatch: score >= threshold });
  return measureAccuracy(
    {
      genuine: genuine.map(compared),
      impostor: impostor.map(compared),
      impostorPairs: pairsOf(genuine.length),
      acquired: genuine.flatMap((score) => [true, score !== null]),
    },
    'at least 0.6',
    createChance('test'),
  );
}

describe('error rates of one library', () => {
  test('agree with trying every threshold, and lie in their intervals', () => {
    const score = fc.integer({ min: 0, max: 40 }).map((value) => value / 40);
    const people = 12;
    const scores = fc.tuple(
      fc.array(score, { minLength: people, maxLength: people }),
      fc.array(score, { minLength: 66, maxLength: 66 }),
    );
    fc.assert(
      fc.property(scores, ([genuine, impostor]) => {
        const report = judge(genuine, impostor);
        const share = (values: number[], isCounted: (value: number) => boolean) =>
          values.filter(isCounted).length / values.length;
        const allowed = impostor.filter((tried) => share(impostor, (value) => value > tried) <= 1e-2);
        const best = Math.min(...allowed.map((tried) => share(genuine, (value) => value <= tried)));
        expect(report.fnmr['1e-2'].rate).toBeCloseTo(best, 4);
        for (const { rate, interval } of [report.eer, report.fnmr['1e-2'], report.frr['1e-3'], report.atDefault.fmr]) {
          expect(interval[0]).toBeLessThanOrEqual(rate);
          expect(interval[1]).toBeGreaterThanOrEqual(rate);
        }
      }),
      { numRuns: 10 },
    );
  });
});
