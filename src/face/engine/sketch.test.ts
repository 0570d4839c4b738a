import { expect, test } from '@jest/globals';
import { createSeededRandom } from '../../core/base/chance.js';
import { sketchBands } from '../../core/ports.js';
import { sketchOf, stepsOfBand } from './frame-traces.js';
import type { Picture } from './picture.js';

/** Blots of light on grey, each soft, as a room out of focus is. */
function drawRoom(seed: string, widthPx = 320, heightPx = 240): Picture {
  const chance = createSeededRandom(seed);
  const part = () => chance.below(1000) / 1000;
  const blots = Array.from({ length: 60 }, () => ({ x: part(), y: part(), light: 60 * (part() - 0.5) }));
  const data = new Uint8Array(3 * widthPx * heightPx);
  for (let y = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1) {
      const grey = blots.reduce((sum, blot) => {
        const away = (x / widthPx - blot.x) ** 2 + (y / heightPx - blot.y) ** 2;
        return sum + blot.light * Math.exp(-away * 200);
      }, 110);
      data.fill(Math.round(grey), 3 * (y * widthPx + x), 3 * (y * widthPx + x) + 3);
    }
  return { data, widthPx, heightPx };
}

const map = ({ data, ...size }: Picture, change: (value: number, at: number) => number): Picture => ({
  data: data.map(change),
  ...size,
});

const half = sketchBands * stepsOfBand;

/** The share of steps that differ. */
const distance = (one: Uint8Array, other: Uint8Array): number =>
  one.filter((step, at) => step !== other[at]).length / one.length;

test('a sketch is similar for the same picture at another size or brightness, and differs for another picture', () => {
  const room = sketchOf(drawRoom('room'));
  expect(room).toHaveLength(2 * half);
  expect(distance(sketchOf(drawRoom('room', 160, 120)), room)).toBeLessThan(0.05);
  expect(distance(sketchOf(map(drawRoom('room'), (value) => Math.round(value * 0.8))), room)).toBeLessThan(0.05);
  expect(distance(sketchOf(drawRoom('another room')), room)).toBeGreaterThan(0.2);
});

test('the second half of a sketch is the first half of the mirrored picture’s sketch', () => {
  const room = drawRoom('room');
  const flipped = map(room, (_, at) => {
    const pixel = Math.floor(at / 3);
    const x = pixel % room.widthPx;
    return room.data[3 * (pixel - x + room.widthPx - 1 - x) + (at % 3)] ?? 0;
  });
  const one = sketchOf(room);
  const other = sketchOf(flipped);
  expect(distance(other.subarray(half), one.subarray(0, half))).toBeLessThan(0.01);
  expect(distance(other.subarray(0, half), one.subarray(half))).toBeLessThan(0.01);
});
