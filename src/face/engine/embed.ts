import { z } from 'zod';
import { FaceError } from '../../errors.js';
import { type Alignment, alignedSizePx, type FivePoints, facePlaces } from './landmarks.js';
import type { Model } from './model.js';
import { type Normalisation, type Picture, sampleGrid, toPlanes } from './picture.js';

const leastSizePx = 32;
const mostSizePx = 512;

const leastSpread = 0.1;

const pointGuard = z.strictObject({ x: z.number(), y: z.number() });
const channelsGuard = z.tuple([z.number(), z.number(), z.number()]);

const isInside = ({ size, places }: { readonly size: number; readonly places: FivePoints }): boolean =>
  places.every(({ x, y }) => x >= 0 && y >= 0 && x < size && y < size);

const isUpright = ({ size, places }: { readonly size: number; readonly places: FivePoints }): boolean => {
  const [left, right, , mouthLeft, mouthRight] = places;
  const least = leastSpread * size;
  return (
    right.x - left.x >= least &&
    mouthRight.x - mouthLeft.x > 0 &&
    (mouthLeft.y + mouthRight.y) / 2 - (left.y + right.y) / 2 >= least
  );
};

export const preprocessGuard = z
  .strictObject({
    size: z.int().min(leastSizePx).max(mostSizePx),
    channels: z.enum(['rgb', 'bgr']),
    /** Mean and deviation of each channel: a value from 0 to 255 becomes `(value − mean) / deviation`. */
    mean: channelsGuard,
    deviation: channelsGuard.refine(
      (values) => values.every((value) => Math.abs(value) >= 1e-3),
      'expected none near 0',
    ),
    places: z.tuple([pointGuard, pointGuard, pointGuard, pointGuard, pointGuard]),
    /** If true, the embedding of the face is averaged with the embedding of its mirror image. */
    mirror: z.boolean(),
  })
  .refine(isInside, { path: ['places'], error: 'expected points inside the picture' })
  .refine(isUpright, { path: ['places'], error: 'expected eyes, nose and corners of the mouth of an upright face' });

export type Preprocess = z.output<typeof preprocessGuard>;

const facestep: Preprocess = {
  size: alignedSizePx,
  channels: 'bgr',
  mean: [127, 127, 127],
  deviation: [128, 128, 128],
  places: [...facePlaces],
  mirror: true,
};

export const presets = {
  facestep,
  'arcface-112': { ...facestep, channels: 'rgb', mean: [127.5, 127.5, 127.5], deviation: [127.5, 127.5, 127.5] },
} as const satisfies Record<string, Preprocess>;

export const embeddingNumbers = 512;

export interface FaceDescription {
  /** 512 numbers of Euclidean length 1. The caller must wipe them. */
  readonly embedding: Float32Array<ArrayBuffer>;
  /**
   * Length of the model's vector before normalization. The less visible a face is, the shorter its vector
   * (docs/engine.md).
   */
  readonly magnitude: number;
}

export type FaceEmbedder = (picture: Picture, alignment: Alignment) => Promise<FaceDescription>;

function turnAround(planes: Float32Array, columns: number): void {
  for (let at = 0; at < planes.length; at += columns) planes.subarray(at, at + columns).reverse();
}

export function normalise(values: Float32Array): number {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  if (!Number.isFinite(length) || length === 0)
    throw new FaceError('internal', { problem: 'a face’s numbers have no direction' });
  for (let at = 0; at < values.length; at += 1) values[at] /= length;
  return length;
}

/** Creates an embedder. With `mirror`, the embedder averages the embeddings of the face and of its mirror image. */
export function createFaceEmbedder(model: Model, { size, channels, mirror, ...levels }: Preprocess): FaceEmbedder {
  const { input } = model;
  const rgb = new Float32Array(input.length);
  const toNormalisation = (channel: 0 | 1 | 2): Normalisation => ({
    mean: levels.mean[channel],
    deviation: levels.deviation[channel],
  });
  const normalisations = [toNormalisation(0), toNormalisation(1), toNormalisation(2)] as const;
  return async (picture, alignment) => {
    sampleGrid(picture, { columns: size, rows: size, ...alignment }, 'black', rgb);
    toPlanes(rgb, input, channels === 'rgb' ? [0, 1, 2] : [2, 1, 0], normalisations);
    rgb.fill(0);
    const { output } = await model.run();
    try {
      let magnitude = normalise(output);
      const embedding = new Float32Array(embeddingNumbers);
      embedding.set(output);
      if (mirror) {
        turnAround(input, size);
        await model.run();
        magnitude = (magnitude + normalise(output)) / 2;
        for (let at = 0; at < output.length; at += 1) embedding[at] += output[at];
        normalise(embedding);
      }
      return { embedding, magnitude };
    } finally {
      input.fill(0);
      output.fill(0);
    }
  };
}

const digestGuard = z.string().regex(/^[0-9a-f]{64}$/);
const tensorNameGuard = z.string().min(1).max(256);

/**
 * Minimum length of an embedding. With 256 numbers or fewer, half of the usual 512, an attacker could reconstruct the
 * message sealed in a token without the face (docs/security-analysis/few-numbers.md).
 */
export const leastNumbers = 257;

export const recognitionModelGuard = z.strictObject({
  file: z.string().regex(/^[0-9a-f]{64}\.onnx$/),
  sha256: digestGuard,
  bytes: z.int().positive(),
  input: tensorNameGuard,
  output: tensorNameGuard,
  /**
   * Length of the model's embedding. An earlier version may have imported a model with fewer than `leastNumbers`; such
   * a model is listed but not used.
   */
  numbers: z.int().positive().max(embeddingNumbers),
});
export type RecognitionModel = z.output<typeof recognitionModelGuard>;

export const recogniserGuard = z.strictObject({
  id: digestGuard,
  folder: z.string(),
  model: recognitionModelGuard,
  preprocess: preprocessGuard,
});
export type Recogniser = z.output<typeof recogniserGuard>;
