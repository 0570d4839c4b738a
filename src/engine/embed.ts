import { type Alignment, alignedSizePx } from './align.js';
import type { Model } from './model.js';
import { type Picture, sampleGrid, toPlanes } from './picture.js';

/** A described face. */
export interface FaceDescription {
  /** 512 numbers of length 1. The array belongs to the caller, who overwrites it. */
  readonly embedding: Float32Array<ArrayBuffer>;
  /** How long the model's own vector is: the less it sees of a face, the shorter (docs/engine.md). */
  readonly magnitude: number;
}

/** Describes an aligned face. */
export type FaceEmbedder = (picture: Picture, alignment: Alignment) => Promise<FaceDescription>;

/** What is shown to the model: the face as it is, or that and its mirror image, one after the other. */
export type EmbeddedViews = 'face' | 'face_and_mirror';

const level = { mean: 127, deviation: 128 };

/** Turns every row of every plane around, in place. */
function mirror(planes: Float32Array, columns: number): void {
  for (let at = 0; at < planes.length; at += columns) planes.subarray(at, at + columns).reverse();
}

/** Brings a vector to length 1, in place, and tells how long it was. */
function normalise(values: Float32Array): number {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  for (let at = 0; at < values.length; at += 1) values[at] /= length;
  return length;
}

/**
 * The model takes blue, green, red. What lies outside the picture is black.
 * @param views - `face_and_mirror` gives the direction of the mean of both unit embeddings, for a second run of the model
 */
export function createFaceEmbedder(model: Model, views: EmbeddedViews): FaceEmbedder {
  const { input } = model;
  const rgb = new Float32Array(input.length);
  return async (picture, alignment) => {
    sampleGrid(picture, { columns: alignedSizePx, rows: alignedSizePx, ...alignment }, 'black', rgb);
    toPlanes(rgb, input, [2, 1, 0], [level, level, level]);
    rgb.fill(0);
    const { output } = await model.run();
    let magnitude = normalise(output);
    const embedding = output.slice();
    if (views === 'face_and_mirror') {
      mirror(input, alignedSizePx);
      await model.run();
      magnitude = (magnitude + normalise(output)) / 2;
      for (let at = 0; at < embedding.length; at += 1) embedding[at] += output[at];
      normalise(embedding);
    }
    input.fill(0);
    output.fill(0);
    return { embedding, magnitude };
  };
}
