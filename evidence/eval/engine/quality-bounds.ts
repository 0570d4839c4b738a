import { Photo } from '../../../src/core/concealed.js';
import { toHalf } from '../../../src/extensions/measuring/corpus/corpus.js';
import {
  qualityBounds as boundsInUse,
  isWithin,
  type QualityMeasure,
  qualityMeasures,
  toMeasures,
} from '../../../src/face/engine/quality-bounds.js';
import { face, people } from '../../../test/faces.js';
import { mapConcurrently, withEngine } from '../presentation-attacks/heads.js';
import type { EvalProgram } from '../program.js';

/**
 * Share of ordinary photos that may be below the lower limit of a quality measure. The same share may be above the
 * upper limit.
 */
const tail = 0.005;

const round = (value: number): number => Number(value.toPrecision(3));
const atShare = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];

const shareOf = <Each>(all: readonly Each[], isHit: (each: Each) => boolean): number =>
  round(all.filter(isHit).length / all.length);

/** Fits the quality limits on half of the people, and counts rejections on the other half. */
export const qualityBounds: EvalProgram = {
  about: 'bounds of src/face/engine/quality-bounds.ts, fitted on half of the people, judged on the other',
  run: (say) =>
    withEngine(async (engine) => {
      // One photo per person, so that people with many photos do not dominate.
      const persons = people();
      const seen = await mapConcurrently(persons, async ({ person }, at) => {
        if ((at + 1) % 500 === 0) say(`${at + 1} of ${persons.length} people`);
        const parts = ['quality', 'magnitude', 'pose', 'eyes', 'liveness'] as const;
        const examination = await engine.examineCentral(new Photo(face(person, 1)), parts);
        return { ...examination, half: toHalf(person), measures: toMeasures(examination) };
      });
      const fit = seen.filter(({ half }) => half === 'fit');
      const judge = seen.filter(({ half }) => half === 'judge');
      const isBad = (name: QualityMeasure, { measures }: (typeof seen)[number]): boolean =>
        !isWithin(boundsInUse[name], measures[name]);
      return {
        liveAboveHalf: shareOf(seen, ({ liveness }) => (liveness ?? 0) > 0.5),
        eyesOpenAboveHalf: shareOf(seen, ({ eyesOpen }) => (eyesOpen ?? 0) > 0.5),
        people: { fit: fit.length, judge: judge.length },
        measures: qualityMeasures.map((name) => {
          const sorted = fit.map(({ measures }) => measures[name]).sort((a, b) => a - b);
          return {
            name,
            low: round(atShare(sorted, tail)),
            median: round(atShare(sorted, 0.5)),
            high: round(atShare(sorted, 1 - tail)),
            ...boundsInUse[name],
            failedInJudge: shareOf(judge, (each) => isBad(name, each)),
          };
        }),
        failedAnyInJudge: shareOf(judge, (each) => qualityMeasures.some((name) => isBad(name, each))),
      };
    }),
};
