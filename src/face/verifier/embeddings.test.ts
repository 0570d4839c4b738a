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
  ['a single photo', [0], []],
  ['two different photos', [0, 61], [0, 1]],
  ['one different photo of three', [0, 10, 180], [2]],
  ['three photos of which neighbours match', [0, 50, 100], []],
  ['two pairs that do not match each other', [0, 0, 180, 180], [0, 1, 2, 3]],
])('a photo is an outlier if it matches fewer than half of the others: %s', (_name, degrees, expected) => {
  expect(outliersOf(degrees.map(at), 0.5)).toEqual(expected);
});
