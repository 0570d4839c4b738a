import { expect, test } from '@jest/globals';
import { createSeededRandom } from '../../../src/core/base/chance.js';
import { forFile } from '../../../support/run/for-file.js';
import type { EmbeddedPerson } from '../corpus/embed-corpus.js';
import { toUnit } from '../statistics/directions.js';
import { createDecoderPool } from './decoder-pool.js';
import { measureSource } from './source-strangers.js';

/* Made-up people: their figures stand for no one. */

const chance = createSeededRandom('strangers within sources');
const draw = (): Float32Array => toUnit(Float32Array.from({ length: 512 }, () => chance.normal()));
const add = (one: Float32Array, share: number, other: Float32Array): Float32Array =>
  toUnit(one.map((value, at) => Math.sqrt(1 - share) * value + Math.sqrt(share) * other[at]!));

/** People whose photos have a cosine of about .85. @param common - how much they share with one another: the cosine of two of them */
function toPeople(count: number, common: number, files = ['1.jpg', '2.jpg', '3.jpg', '4.jpg']): EmbeddedPerson[] {
  const shared = draw();
  return Array.from({ length: count }, (_, person) => {
    const own = add(draw(), common / 0.85, shared);
    const embeddings = files.map(() => add(own, 0.15, draw()));
    return { person: String(person), files, embeddings, magnitudes: files.map(() => 4) };
  });
}

const pool = await forFile(createDecoderPool(() => {}));

test('a source of similar people has more false matches, which the report shows', async () => {
  const unlike = await measureSource(pool, toPeople(5, 0), 160);
  const alike = await measureSource(pool, toPeople(5, 0.56), 160);
  for (const level of [1, 4, 8] as const) {
    expect(unlike.groups.levels[level]).toMatchObject({ falseMatches: 0, fmr: 0, fmrIntervalBy: 'exact', fnmr: 0 });
    expect(alike.groups.levels[level].fmr).toBeGreaterThan(0.1);
  }
  // Four photos each: three enrolled and one shown stand for a step-up.
  expect(alike.asUsed['4']).toEqual(alike.groups.byPhotos['4']!['3x1']);
  expect(alike.groups.byPhotos['4']!['5x5']).toMatchObject({ fmr: null, fnmr: null });
  const four = alike.groups.levels['4']!;
  const six = alike.groups.levels['6']!;
  expect(four).toMatchObject({ photos: '1x1', pairs: 10 * 16, pairsOfPeople: 10, fmrIntervalBy: 'bootstrap' });
  expect(six).toMatchObject({ photos: '3x1', pairs: 20 * 2 * 4, pairsOfPeople: 10 });
  expect(alike.nearest.levels['4']).toMatchObject({ fnmr: four.fnmr, genuinePairs: 5 * 6 });
  expect(unlike.embeddings['1e-4']).toMatchObject({ cosine: 0.412, falseMatches: 0, pairs: 10 * 16, fnmr: 0 });
  expect(alike.embeddings['1e-4']!.fmr).toBeGreaterThan(0.5);
});

test('with a few similar people among many others, the nearest impostors match more often than all impostors', async () => {
  const people = [...toPeople(12, 0, ['1.jpg']), ...toPeople(4, 0.5, ['1.jpg'])];
  const { groups, nearest, embeddings } = await measureSource(pool, people, 1000);
  const all = groups.levels['1']!;
  const near = nearest.levels['1']!;
  expect(all).toMatchObject({ pairs: 120, pairsOfPeople: 120, pairsOfPeopleMatched: 6 });
  expect(near).toMatchObject({ pairs: 16 * 10, pairsOfPeopleMatched: 6 });
  expect(near.fmr).toBeGreaterThan(1.3 * all.fmr!);
  expect(embeddings['1e-4']!.nearest.fmr).toBeGreaterThan(1.3 * embeddings['1e-4']!.fmr!);
});
