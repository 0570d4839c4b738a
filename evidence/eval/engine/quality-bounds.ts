import { Photo } from '../../../src/core/concealed.js';
import { createEnginePool } from '../../../src/engine/pool.js';
import {
  qualityBounds as boundsInUse,
  isWithin,
  type QualityMeasure,
  qualityMeasures,
  toMeasures,
} from '../../../src/engine/quality-bounds.js';
import { face, people } from '../../../test/faces.js';
import { modelsFolder } from '../../../test/paths.js';
import { type Half, toHalf } from '../../corpus/split.js';
import type { EvalProgram } from '../program.js';

/**
 * Share of ordinary photos that may be below the lower limit of a quality measure. The same share may be above the
 * upper limit.
 */
const tail = 0.005;

const round = (value: number): number => Number(value.toPrecision(3));
const atShare = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];

/** Fits the quality limits on half of the people, and counts rejections on the other half. */
export const qualityBounds: EvalProgram = {
  about: 'bounds of src/engine/quality-bounds.ts, fitted on half of the people, judged on the other',
  async run(say) {
    const pool = await createEnginePool({ modelsFolder, queueLimit: 64 });
    const persons = people();
    const values: Record<Half, Record<QualityMeasure, number>[]> = { fit: [], judge: [] };
    let next = 0;
    let live = 0;
    let open = 0;
    const work = async (): Promise<void> => {
      for (let at = next++; at < persons.length; at = next++) {
        const { person } = persons[at];
        // One photo per person, so that people with many photos do not dominate.
        const examination = await pool.examineCentral(new Photo(face(person, 1)), [
          'quality',
          'magnitude',
          'pose',
          'eyes',
          'liveness',
        ]);
        values[toHalf(person)].push(toMeasures(examination));
        if ((examination.liveness ?? 0) > 0.5) live += 1;
        if ((examination.eyesOpen ?? 0) > 0.5) open += 1;
        if ((at + 1) % 500 === 0) say(`${at + 1} of ${persons.length} people`);
      }
    };
    await Promise.all([work(), work(), work(), work()]);
    await pool.close();

    return {
      liveAboveHalf: round(live / persons.length),
      eyesOpenAboveHalf: round(open / persons.length),
      people: { fit: values.fit.length, judge: values.judge.length },
      measures: qualityMeasures.map((name) => {
        const sorted = values.fit.map((each) => each[name]).sort((a, b) => a - b);
        const failed = values.judge.filter((each) => !isWithin(boundsInUse[name], each[name])).length;
        return {
          name,
          low: round(atShare(sorted, tail)),
          median: round(atShare(sorted, 0.5)),
          high: round(atShare(sorted, 1 - tail)),
          ...boundsInUse[name],
          failedInJudge: round(failed / values.judge.length),
        };
      }),
      failedAnyInJudge: round(
        values.judge.filter((each) => qualityMeasures.some((name) => !isWithin(boundsInUse[name], each[name]))).length /
          values.judge.length,
      ),
    };
  },
};
