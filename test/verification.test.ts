import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { embedFaces } from '../eval/embed-faces.js';
import { comparePairs, countBelow, takePhotos } from '../eval/error-rates.js';
import { toInterval } from '../eval/proportion.js';
import { createEnginePool, type EnginePool } from '../src/engine/pool.js';
import { hasFaces, people } from './faces.js';
import { modelsFolder } from './paths.js';

/*
 * The table of docs/engine.md on a fixed sample: one person in six. `npm run eval -- verification` does all of them.
 */
const isSampled = (person: string): boolean => createHash('sha256').update(person).digest()[1]! % 6 === 0;

/** 99.9 % confidence: three checks of two rates each, and a false alarm should be rare. */
const z = 3.29;

(hasFaces ? describe : describe.skip)('embeddings of a sixth of the evaluation people', () => {
  let pool: EnginePool;
  let genuine: Float32Array;
  let impostor: Float32Array;
  beforeAll(async () => {
    pool = await createEnginePool({ modelsFolder, queueLimit: 64 });
    const ids = takePhotos(people().filter(({ person }) => isSampled(person)));
    ({ genuine, impostor } = comparePairs(ids, await embedFaces(pool, ids, () => {})));
  }, 120_000);
  afterAll(() => pool?.close());

  test('the sample is as large as meant', () => {
    expect(genuine.length).toBeGreaterThan(500);
    expect(impostor.length).toBeGreaterThan(80_000);
  });

  test.each([
    [0.338, 1e-3, 0.0136],
    [0.412, 1e-4, 0.0326],
    [0.479, 1e-5, 0.0774],
  ])('at cosine %f: false matches %f, false non-matches %f', (cosine, falseMatchRate, falseNonMatchRate) => {
    const [least, most] = toInterval(impostor.length - countBelow(impostor, cosine), impostor.length, z);
    expect(falseMatchRate).toBeGreaterThanOrEqual(least);
    expect(falseMatchRate).toBeLessThanOrEqual(most);
    const [low, high] = toInterval(countBelow(genuine, cosine), genuine.length, z);
    expect(falseNonMatchRate).toBeGreaterThanOrEqual(low);
    expect(falseNonMatchRate).toBeLessThanOrEqual(high);
  });
});
