import { type Alignment, alignedSizePx } from './align.js';
import type { Model } from './model.js';
import { type Picture, sampleGrid, toPlanes } from './picture.js';

/** Describes an aligned face by 512 numbers of length 1. The array belongs to the caller, who overwrites it. */
export type FaceEmbedder = (picture: Picture, alignment: Alignment) => Promise<Float32Array<ArrayBuffer>>;

const level = { mean: 127, deviation: 128 };

/** The model takes blue, green, red. What lies outside the picture is black. */
export function createFaceEmbedder(model: Model): FaceEmbedder {
  const { input } = model;
  const rgb = new Float32Array(input.length);
  return async (picture, alignment) => {
    sampleGrid(picture, { columns: alignedSizePx, rows: alignedSizePx, ...alignment }, 'black', rgb);
    toPlanes(rgb, input, [2, 1, 0], [level, level, level]);
    const { output } = await model.run();
    const length = Math.sqrt(output.reduce((sum, value) => sum + value * value, 0));
    const embedding = Float32Array.from(output, (value) => value / length);
    rgb.fill(0);
    input.fill(0);
    output.fill(0);
    return embedding;
  };
}
