import { expect, test } from '@jest/globals';
import type { EmbeddedPerson } from '../corpus/embed-corpus.js';
import { createBootstrap } from '../statistics/bootstrap.js';
import { createChance } from '../statistics/chance.js';
import { compareEmbeddings, measureUnprotected } from './unprotected.js';

/** People whose photos lie around a direction of their own. @param spread - how far, beside a direction of length 1 */
function toPeople(count: number, photos: number, spread: number): EmbeddedPerson[] {
  const chance = createChance(`people ${count} ${spread}`);
  return Array.from({ length: count }, (_, index) => {
    const own = Float32Array.from({ length: 512 }, () => chance.normal() / Math.sqrt(512));
    const embeddings = Array.from({ length: photos }, () => {
      const values = own.map((value) => value + (spread * chance.normal()) / Math.sqrt(512));
      const length = Math.hypot(...values);
      return values.map((value) => value / length);
    });
    return {
      person: String(index),
      files: embeddings.map((_photo, at) => `${at}.jpg`),
      embeddings,
      magnitudes: embeddings.map(() => 4),
    };
  });
}

const bootstrap = createBootstrap(100, createChance('unprotected'));

test('genuine pairs are those of the first eight photos, impostor pairs those of all first photos', () => {
  const { genuine, impostor } = compareEmbeddings([...toPeople(1, 9, 1), ...toPeople(99, 1, 1)]);
  expect(genuine.map(({ length }) => length)).toEqual([28, ...new Array<number>(99).fill(0)]);
  expect(impostor).toHaveLength((100 * 99) / 2);
});

test('a rate that fewer than three pairs would tell is not told', () => {
  expect(measureUnprotected(compareEmbeddings(toPeople(100, 3, 0.5)), 1e-4, bootstrap)).toBeNull();
  expect(measureUnprotected(compareEmbeddings(toPeople(100, 1, 0.5)), 1e-3, bootstrap)).toBeNull();
});
