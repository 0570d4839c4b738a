import { expect, test } from '@jest/globals';
import { createChance } from './chance.js';
import { findClusters, principalDirections, toUnit, without } from './directions.js';

const chance = createChance('directions');
const draw = (): Float32Array => toUnit(Float32Array.from({ length: 64 }, () => chance.normal()));
const cosine = (one: Float32Array, other: Float32Array): number =>
  one.reduce((sum, value, at) => sum + value * other[at]!, 0);

test('the longest direction comes first, the next at right angles to it, and no more than the vectors span', () => {
  const [one, other] = [draw(), draw()];
  const vectors = [one.map((value) => 5 * value), one.map((value) => -4 * value), other];
  const [first, second, ...more] = principalDirections(vectors, 3);
  expect(Math.abs(cosine(first!, one))).toBeGreaterThan(0.99);
  expect(cosine(first!, second!)).toBeCloseTo(0, 4);
  expect(more).toEqual([]);
  for (const vector of vectors) for (const left of without(vector, [first!, second!])) expect(left).toBeCloseTo(0, 4);
});

test('vectors that lie close are found together', () => {
  const centres = [draw(), draw(), draw()];
  const vectors = Array.from({ length: 60 }, (_, at) =>
    toUnit(draw().map((value, place) => value / 3 + centres[at % 3]![place]!)),
  );
  const clusters = findClusters(vectors, 6, createChance('clusters'));
  expect(clusters.flat()).toHaveLength(60);
  for (const places of clusters) expect(new Set(places.map((place) => place % 3)).size).toBe(1);
});
