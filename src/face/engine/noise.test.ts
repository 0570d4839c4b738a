import { expect, test } from '@jest/globals';
import { createSeededRandom } from '../../core/base/chance.js';
import { measureNoise } from './frame-traces.js';
import type { Picture } from './picture.js';

function draw(level: number, deviations: readonly [number, number, number], size = 320): Picture {
  const chance = createSeededRandom(`noise ${level} ${deviations}`);
  const data = new Uint8Array(3 * size * size).map((_, at) => {
    const slope = ((at / 3) % size) / 20;
    return Math.max(0, Math.min(255, Math.round(level + slope + (deviations[at % 3] ?? 0) * chance.normal())));
  });
  return { data, widthPx: size, heightPx: size };
}

test('the noise of each colour channel is measured, on even and on sloped brightness', () => {
  const { red, green, blue } = measureNoise(draw(100, [2, 4, 8]));
  for (const share of [red / 2, green / 4, blue / 8]) expect(Math.abs(share - 1)).toBeLessThan(0.15);
});

test('no noise is reported for a clipped picture and for one that is too small', () => {
  expect(measureNoise(draw(255, [2, 2, 2]))).toMatchObject({ red: 0, green: 0, blue: 0 });
  expect(measureNoise(draw(100, [2, 2, 2], 100))).toMatchObject({ red: 0, green: 0, blue: 0 });
});
