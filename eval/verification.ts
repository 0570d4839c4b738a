import { createEnginePool } from '../src/engine/pool.js';
import { people } from '../test/faces.js';
import { modelsFolder } from '../test/paths.js';
import { embedFaces } from './embed-faces.js';
import { comparePairs, countBelow, takePhotos, toThreshold } from './error-rates.js';
import type { EvalProgram } from './program.js';
import { toInterval } from './proportion.js';

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/** How often the bare embeddings confuse people, and how often they fail to know one again. */
export const verification: EvalProgram = {
  about: 'false matches and false non-matches of the embeddings, all evaluation people',
  async run(say) {
    const pool = await createEnginePool({ modelsFolder, queueLimit: 64 });
    try {
      const ids = takePhotos(people());
      const { genuine, impostor } = comparePairs(ids, await embedFaces(pool, ids, say));
      const mean = (values: Float32Array): number => values.reduce((a, b) => a + b, 0) / values.length;
      return {
        photos: ids.length,
        genuinePairs: genuine.length,
        impostorPairs: impostor.length,
        genuineMean: round(mean(genuine), 4),
        impostorMean: round(mean(impostor), 4),
        operatingPoints: [1e-3, 1e-4, 1e-5].map((falseMatchRate) => {
          const threshold = toThreshold(impostor, falseMatchRate);
          const missed = countBelow(genuine, threshold);
          const [low, high] = toInterval(missed, genuine.length, 1.96);
          return {
            falseMatchRate,
            cosine: round(threshold, 3),
            falseNonMatchRate: round(missed / genuine.length, 4),
            low: round(low, 4),
            high: round(high, 4),
          };
        }),
      };
    } finally {
      await pool.close();
    }
  },
};
