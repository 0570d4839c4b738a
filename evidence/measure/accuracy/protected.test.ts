import { describe, expect, test } from '@jest/globals';
import { createSeededRandom } from '../../../src/core/base/chance.js';
import { forFile } from '../../../support/run/for-file.js';
import type { EmbeddedPerson } from '../corpus/embed-corpus.js';
import { toUnit } from '../statistics/directions.js';
import { shippedEngine } from './bare-token.js';
import { createDecoderPool } from './decoder-pool.js';
import { measureProtected } from './protected.js';
import { toTrials } from './windows.js';

/** People whose photos have a cosine of about 0.8 with one another. */
function toPeople(photos: readonly number[]): EmbeddedPerson[] {
  const chance = createSeededRandom('protected');
  const draw = (): Float32Array => Float32Array.from({ length: 512 }, () => chance.normal() / Math.sqrt(512));
  return photos.map((count, index) => {
    const own = draw();
    const embeddings = Array.from({ length: count }, () => toUnit(draw().map((value, at) => own[at]! + value / 2)));
    return {
      person: String(index),
      files: embeddings.map((_photo, at) => `${at}.jpg`),
      embeddings,
      magnitudes: embeddings.map(() => 4),
    };
  });
}

const pool = await forFile(createDecoderPool(() => {}));

const settings = ([1, 4, 8] as const).map((level) => shippedEngine.messageBitsOf(level, 1));
const limits = { pairs: 1000, pairsBelow: 5 };
const sum = (values: Uint32Array): number => values.reduce((total, value) => total + value, 0);

describe('trials of the accuracy measurement', () => {
  const people = toPeople([5, 4, 1]);
  const pairsOf = (enrolled: number, live: number) => {
    const trials = toTrials(people, { enrolled, live }, 1000);
    const name = (pairs: Uint32Array): string[] =>
      Array.from({ length: pairs.length / 2 }, (_, pair) => {
        const one = trials.enrolled[pairs[2 * pair]!]!;
        const other = trials.live[pairs[2 * pair + 1]!]!;
        return `${one.person}:${one.from} ${other.person}:${other.from}`;
      });
    return { genuine: name(trials.genuine), impostor: name(trials.impostor) };
  };

  test('with one photo against one, each pair of photos of a person and each pair of people is compared', () => {
    const { genuine, impostor } = pairsOf(1, 1);
    expect(genuine).toHaveLength(10 + 6);
    expect(new Set(genuine).size).toBe(16);
    expect(impostor).toEqual(['0:0 1:0', '0:0 2:0', '1:0 2:0']);
  });

  test('with three photos against one, no photo is on both sides, and each pair of people is compared both ways', () => {
    const { genuine, impostor } = pairsOf(3, 1);
    expect(genuine).toEqual(['0:0 0:3', '0:0 0:4', '0:1 0:0', '0:1 0:4', '0:2 0:0', '0:2 0:1', '1:0 1:3', '1:1 1:0']);
    expect(impostor).toEqual(['0:0 1:0', '0:0 2:0', '1:0 0:0', '1:0 2:0']);
  });
});

test('tokens open for their own person and for no other, at every level', async () => {
  const people = toPeople([5, 4, 3, 2, 2, 1]);
  for (const combination of [
    { enrolled: 1, live: 1 },
    { enrolled: 3, live: 1 },
  ]) {
    const outcomes = await measureProtected(pool, people, combination, settings, settings[1]!, limits);
    for (const { impostor, genuine, enrolments } of outcomes) {
      expect(impostor.errors).toEqual([]);
      expect(sum(genuine.errors)).toBe(0);
      expect(sum(enrolments.errors)).toBe(0);
    }
    // All pairs at the reference, a sample below, none decoded above: no stranger comes near.
    expect(outcomes.map(({ impostor }) => impostor.trials)).toEqual([5, 15, 15]);
    expect(outcomes.map(({ decoded }) => decoded)).toEqual([5, 15, 0]);
  }
});

test('two labels for one person count as false matches, and the report names the pair', async () => {
  const [one, other, third] = toPeople([2, 2, 2]);
  const people = [one!, other!, { ...third!, embeddings: one!.embeddings }];
  const outcomes = await measureProtected(pool, people, { enrolled: 1, live: 1 }, settings, settings[1]!, limits);
  for (const { impostor } of outcomes) expect(impostor.errors).toEqual([[0, 2]]);
  expect(outcomes[2]).toMatchObject({ decoded: 1, impostor: { trials: 3 } });
});

test('an enrolment with photos of two people is refused and not counted; live photos of two people do not match', async () => {
  const [one, other] = toPeople([3, 3]);
  const mixed = [one!.embeddings[0]!, other!.embeddings[0]!, one!.embeddings[1]!, one!.embeddings[2]!];
  const people = [{ ...one!, embeddings: mixed, magnitudes: [4, 4, 4, 4] }];
  const [, enrolled] = await measureProtected(pool, people, { enrolled: 3, live: 1 }, settings, settings[1]!, limits);
  expect(sum(enrolled!.enrolments.errors)).toBe(2);
  expect(sum(enrolled!.genuine.trials)).toBe(0);
  const [, shown] = await measureProtected(pool, people, { enrolled: 1, live: 3 }, settings, settings[1]!, limits);
  expect([sum(shown!.genuine.errors), sum(shown!.genuine.trials)]).toEqual([2, 2]);
});

test('an enrolment without a clear photo is refused; a live photo may be unclear', async () => {
  const people = toPeople([4]).map((person) => ({ ...person, magnitudes: [4, 2, 2, 2] }));
  const measure = (enrolled: number) =>
    measureProtected(pool, people, { enrolled, live: 1 }, settings, settings[1]!, limits);
  const [, one] = await measure(1);
  expect([sum(one!.enrolments.errors), sum(one!.genuine.trials), sum(one!.genuine.errors)]).toEqual([3, 3, 0]);
  const [, three] = await measure(3);
  expect([sum(three!.enrolments.errors), sum(three!.genuine.trials)]).toEqual([1, 1]);
});
