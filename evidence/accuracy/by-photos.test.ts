import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { EmbeddedPerson } from '../corpus/embed-corpus.js';
import { createBootstrap } from '../statistics/bootstrap.js';
import { createChance } from '../statistics/chance.js';
import { shipped } from './bare-token.js';
import { chooseAsUsed, chooseRuns, measureByPhotos, toModeRates } from './by-photos.js';
import { createDecoderPool, type DecoderPool } from './decoder-pool.js';
import { toName } from './windows.js';

/* Made-up people: their figures stand for nobody. */

const chance = createChance('by photos');
const unit = (values: Float32Array): Float32Array => {
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
};
const draw = (): Float32Array => unit(Float32Array.from({ length: 512 }, () => chance.normal()));
/** A photo of somebody: two have a cosine of about .85. */
const photoOf = (own: Float32Array): Float32Array => {
  const other = draw();
  return unit(own.map((value, at) => Math.sqrt(0.85) * value + Math.sqrt(0.15) * other[at]!));
};
const toPerson = (person: number, embeddings: Float32Array[], files?: string[]): EmbeddedPerson => ({
  person: String(person),
  files: files ?? embeddings.map((_, at) => `${String(at).padStart(2, '0')}.jpg`),
  embeddings,
  magnitudes: embeddings.map(() => 4),
});
const toPeople = (photos: readonly number[]): EmbeddedPerson[] =>
  photos.map((count, person) => {
    const own = draw();
    return toPerson(
      person,
      Array.from({ length: count }, () => photoOf(own)),
    );
  });
const times = <T>(count: number, value: T): T[] => new Array<T>(count).fill(value);

let pool: DecoderPool;
beforeAll(() => {
  pool = createDecoderPool(() => {});
});
afterAll(() => pool.close());

const five = { enrolled: 5, live: 5 };
const measure = async (people: readonly EmbeddedPerson[]) => {
  const bootstrap = createBootstrap(people.length, createChance('people'));
  const byPhotos = await measureByPhotos(
    pool,
    people,
    [five],
    () => chooseRuns(people, five, 400),
    (outcome, photos) => toModeRates(outcome, bootstrap, photos),
  );
  return byPhotos['4']!['5x5']!;
};

test.each([
  ['ten photos each', times(4, 10), '5x5'],
  ['fifty people of many who have ten', [...times(50, 10), ...times(400, 4)], '5x5'],
  ['too few of many who have ten, enough with six', [...times(49, 10), ...times(11, 6), ...times(400, 4)], '3x3'],
  ['five photos each', times(20, 5), '3x2'],
  ['most have four', [...times(4, 6), ...times(30, 4)], '3x1'],
  ['three photos each: strangers alone', times(5, 3), '3x1'],
])('stands for a step-up: %s', (_, photos, expected) => {
  expect(toName(chooseAsUsed(toPeople(photos)))).toBe(expected);
});

test('five against five: two people who are one make false matches, one who changes makes a false non-match', async () => {
  const people = toPeople(times(5, 10));
  const stranger = draw();
  // The third is the second under another name; the last five photos of the fifth are somebody else's.
  people[2] = { ...people[1]!, person: '2' };
  people[4] = toPerson(4, [...people[4]!.embeddings.slice(0, 5), ...times(5, 0).map(() => photoOf(stranger))]);
  const rates = await measure(people);
  expect(rates).toMatchObject({ photos: '5x5', k: shipped.messageBitsOf(4, 5), genuinePairs: 5, people: 5 });
  expect(rates).toMatchObject({ falseNonMatches: 1, peopleNotMatched: 1, fnmr: 0.2, fnmrIntervalBy: 'exact' });
  expect(rates).toMatchObject({ pairsOfPeople: 10, pairsOfPeopleMatched: 1, falseMatches: 36, fmrIntervalBy: 'exact' });
  // Of six runs each; four of the fifth show two people, two of them as enrolments, and such are refused.
  expect(rates.refusedEnrolments).toMatchObject({ tried: 30, refused: 4 });
  expect(rates.fmrInterval![1]).toBeGreaterThan(0.3);
});
