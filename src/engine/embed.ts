import { type Alignment, alignedSizePx } from './align.js';
import type { Model } from './models.js';
import { type Picture, sampleGrid } from './picture.js';

/** Describes an aligned face by 512 numbers of length 1. The array belongs to the caller, who overwrites it. */
export type FaceEmbedder = (picture: Picture, alignment: Alignment) => Promise<Float32Array<ArrayBuffer>>;

const plane = alignedSizePx * alignedSizePx;

/** The model takes blue, green, red. What lies outside the picture is black. */
export function createFaceEmbedder(model: Model): FaceEmbedder {
  return async (picture, alignment) => {
    const { input } = model;
    sampleGrid(
      picture,
      { columns: alignedSizePx, rows: alignedSizePx, ...alignment, outside: 'black' },
      (index, red, green, blue) => {
        input[index] = (blue - 127) / 128;
        input[plane + index] = (green - 127) / 128;
        input[2 * plane + index] = (red - 127) / 128;
      },
    );
    const { output } = await model.run();
    const length = Math.sqrt(output.reduce((sum, value) => sum + value * value, 0));
    const embedding = Float32Array.from(output, (value) => value / length);
    output.fill(0);
    return embedding;
  };
}
