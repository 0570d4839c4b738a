import { expect, test } from '@jest/globals';
import { Embedding } from '../../core/secrets.js';
import { outliersOf } from './embeddings.js';

/** A unit vector at an angle in the plane of the first two axes. */
const at = (degrees: number): Embedding => {
  const values = new Float32Array(512);
  values[0] = Math.cos((degrees * Math.PI) / 180);
  values[1] = Math.sin((degrees * Math.PI) / 180);
  return new Embedding(values);
};

test.each([
  ['one alone', [0], []],
  ['two that differ', [0, 61], [0, 1]],
  ['one of three', [0, 10, 180], [2]],
  ['a chain of three', [0, 50, 100], []],
  ['two against two', [0, 0, 180, 180], [0, 1, 2, 3]],
])('outliers reach the threshold with fewer than half of the others: %s', (_name, degrees, expected) => {
  expect(outliersOf(degrees.map(at), 0.5)).toEqual(expected);
});
