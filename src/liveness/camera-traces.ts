import type { CapturedFrame, Measurement } from '../core/ports.js';
import { type NoiseResidual, pixelsOfBlock } from '../engine/noise.js';
import { measure } from '../verifier/screening.js';
import type { SeenFrame } from './frame.js';
import { readQuantisation, toQuality } from './jpeg-tables.js';

/*
 * Traces that camera and encoder leave in files and noise. They are only recorded, because an attacker controls all of
 * them.
 */

const unbounded = { atLeast: null, atMost: null };

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function measureFiles(frames: readonly Pick<CapturedFrame, 'photo'>[]): Measurement[] {
  const files = frames.map(({ photo }) => photo.use(readQuantisation)).filter(({ length }) => length > 0);
  if (files.length === 0) return [];
  const kinds = new Set(files.map((tables) => JSON.stringify(tables)));
  const qualities = files.map(([brightness]) => toQuality(brightness));
  return [
    measure('jpeg_quality', meanOf(qualities), 'quality', unbounded),
    measure('jpeg_tables', kinds.size, 'count', unbounded),
  ];
}

/**
 * Returns how much of the noise repeats in the next frame: 0 for a camera, 1 for identical pixels. The result is the
 * median of the blocks, because some blocks contain movement or texture.
 */
function toRepeated(one: NoiseResidual, next: NoiseResidual): number {
  const blocks = Array.from({ length: one.signs.length / pixelsOfBlock }, (_, block) => {
    const from = block * pixelsOfBlock;
    const agreeing = one.signs
      .subarray(from, from + pixelsOfBlock)
      .filter((sign, at) => sign === next.signs[from + at]);
    return (2 * agreeing.length) / pixelsOfBlock - 1;
  });
  return blocks.sort((a, b) => a - b)[blocks.length / 2];
}

function measureNoises(noises: readonly NoiseResidual[]): Measurement[] {
  if (noises.length === 0) return [];
  const channels = (['red', 'green', 'blue'] as const).map((channel) =>
    measure(`noise_${channel}`, meanOf(noises.map((noise) => noise[channel])), 'grey', unbounded),
  );
  if (noises.length === 1) return channels;
  const repeated = noises.slice(1).map((next, at) => toRepeated(noises[at], next));
  return [...channels, measure('noise_repeated', meanOf(repeated), 'correlation', unbounded)];
}

export const measureTraces = (frames: readonly CapturedFrame[], seen: readonly SeenFrame[]): readonly Measurement[] => [
  ...measureFiles(frames),
  ...measureNoises(seen.map(({ noise }) => noise)),
];
