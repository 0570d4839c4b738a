import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { embedPeople } from '../evidence/corpus/people.js';
import { compareEmbeddings } from '../evidence/measure/accuracy/unprotected.js';
import { toInterval } from '../evidence/measure/statistics/proportion.js';
import { hasFaces } from '../support/data/faces.js';

/*
 * The table of docs/engine.md on a fixed sample: one person in six. `npm run eval -- --judge all` does all of them.
 */
const isSampled = (person: string): boolean => createHash('sha256').update(person).digest()[1]! % 6 === 0;

/** 99.9 % confidence: three checks of two rates each, and a false alarm should be rare. */
const z = 3.29;

(hasFaces ? describe : describe.skip)('embeddings of a sixth of the evaluation people', () => {
  let genuine: readonly number[];
  let impostor: Float32Array;
  beforeAll(async () => {
    const cosines = compareEmbeddings(
      await embedPeople(
        ({ person }) => isSampled(person),
        () => {},
      ),
    );
    impostor = cosines.impostor;
    genuine = cosines.genuine.flat();
  });

  test('the sample has over 500 genuine and 80,000 impostor comparisons', () => {
    expect(genuine.length).toBeGreaterThan(500);
    expect(impostor.length).toBeGreaterThan(80_000);
  });

  test.each([
    [0.338, 1e-3, 0.0136],
    [0.412, 1e-4, 0.0326],
    [0.479, 1e-5, 0.0774],
  ])('at cosine %f: false match rate %f, false non-match rate %f', (cosine, falseMatchRate, falseNonMatchRate) => {
    const falseMatches = impostor.filter((each) => each >= cosine).length;
    const [least, most] = toInterval(falseMatches, impostor.length, z);
    expect(falseMatchRate).toBeGreaterThanOrEqual(least);
    expect(falseMatchRate).toBeLessThanOrEqual(most);
    const missed = genuine.filter((each) => each < cosine).length;
    const [low, high] = toInterval(missed, genuine.length, z);
    expect(falseNonMatchRate).toBeGreaterThanOrEqual(low);
    expect(falseNonMatchRate).toBeLessThanOrEqual(high);
  });
});
