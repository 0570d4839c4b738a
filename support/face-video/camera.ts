import type { SeededRandom } from '../../src/core/base/chance.js';
import type { Picture } from '../../src/face/engine/picture.js';
import type { Shone } from './light.js';
import { toLevel } from './linear.js';

const { exp, floor, log, min, sqrt } = Math;

/**
 * Random changes of a camera's picture, as standard deviations relative to the light. Slow changes are random walks,
 * given per 450 ms, the time between a pose's two pictures. Measured on four people who held still with a hand-held
 * camera. The value for pixel noise is from frames without screen light, because
 * compression removes the noise from the clips.
 */
const drift = {
  exposure: 0.017,
  /** Random walk of each color channel in the whole picture. */
  whiteBalance: 0.006,
  /** Share of a change in brightness that automatic exposure removes within 450 ms, 0 to 1. */
  compensation: 0.3,
  /** Changes of independent areas of about 96 pixels in each picture, from motion, compression and other lamps. */
  blotchLuminance: 0.022,
  blotchChroma: 0.016,
  /** Noise of each pixel, in levels of 255. */
  noiseLevels: 1.2,
};

const blotchPx = 96;

/** Draws a smooth field of factors near 1 for each channel. */
function drawBlotches({ widthPx, heightPx }: Shone, chance: SeededRandom) {
  const columns = Math.ceil(widthPx / blotchPx) + 1;
  const rows = Math.ceil(heightPx / blotchPx) + 1;
  const nodes = new Float32Array(columns * rows * 3);
  for (let node = 0; node < columns * rows; node += 1) {
    const luminance = drift.blotchLuminance * chance.normal();
    for (let channel = 0; channel < 3; channel += 1)
      nodes[node * 3 + channel] = 1 + luminance + drift.blotchChroma * chance.normal();
  }
  return (x: number, y: number, channel: number): number => {
    const left = floor(x / blotchPx);
    const top = floor(y / blotchPx);
    const fx = x / blotchPx - left;
    const fy = y / blotchPx - top;
    const at = (top * columns + left) * 3 + channel;
    const below = at + columns * 3;
    return (
      (nodes[at] * (1 - fx) + nodes[at + 3] * fx) * (1 - fy) + (nodes[below] * (1 - fx) + nodes[below + 3] * fx) * fy
    );
  };
}

function toMeanLuminance({ light }: Shone): number {
  let sum = 0;
  for (let at = 0; at < light.length; at += 3)
    sum += 0.2126 * light[at] + 0.7152 * light[at + 1] + 0.0722 * light[at + 2];
  return sum / (light.length / 3);
}

/** Creates a camera that is adapted to the first picture's light. */
export function createCamera(chance: SeededRandom) {
  let usual: number | null = null;
  let exposure = 0;
  let compensated = 0;
  const balance = [0, 0, 0];
  return {
    /** @param elapsedMs - time since the previous picture */
    take(shone: Shone, elapsedMs: number): Picture {
      const step = sqrt(elapsedMs / 450);
      const luminance = log(toMeanLuminance(shone));
      usual ??= luminance;
      exposure += drift.exposure * step * chance.normal();
      for (let channel = 0; channel < 3; channel += 1) balance[channel] += drift.whiteBalance * step * chance.normal();
      compensated += min(1, drift.compensation * (elapsedMs / 450)) * (usual - luminance - exposure - compensated);
      const gains = balance.map((channel) => exp(exposure + compensated + channel));
      return develop(shone, gains, chance);
    },
  };
}

function develop(shone: Shone, gains: readonly number[], chance: SeededRandom): Picture {
  const { light, widthPx, heightPx } = shone;
  const blotch = drawBlotches(shone, chance);
  // Normal noise comes from a table, because drawing a number per pixel would take most of the time.
  const noise = Float32Array.from({ length: 4099 }, () => drift.noiseLevels * chance.normal());
  const from = chance.below(noise.length);
  const levels = new Uint8ClampedArray(light.length);
  for (let y = 0, pixel = 0, at = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1, pixel += 1) {
      const own = noise[(from + pixel * 31) % noise.length];
      for (let channel = 0; channel < 3; channel += 1, at += 1)
        levels[at] = toLevel(light[at] * gains[channel] * blotch(x, y, channel)) + own;
    }
  return { data: new Uint8Array(levels.buffer), widthPx, heightPx };
}
