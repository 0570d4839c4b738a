import { expect, test } from '@jest/globals';
import { FaceError } from '../../errors.js';
import { chooseFace } from './detect.js';

const size = { widthPx: 1000, heightPx: 800 };
const faceAt = (x: number, width: number) => ({ box: { x, y: 100, width, height: width * 1.2 }, confidence: 0.99 });

test.each<[string, number, number, 'face_many' | null]>([
  ['a third as wide as the first, at the edge,', 900, 100, null],
  ['just under half as wide as the first', 700, 149, null],
  ['half as wide as the first', 700, 150, 'face_many'],
  ['as wide as the first', 600, 300, 'face_many'],
])('a photo with a second face %s is refused only from half the width of the first', (_, x, width, refused) => {
  const main = faceAt(200, 300);
  const choose = () => chooseFace([faceAt(x, width), main], size, 'only');
  if (refused === null) expect(choose()).toBe(main);
  else expect(choose).toThrow(new FaceError(refused));
});
