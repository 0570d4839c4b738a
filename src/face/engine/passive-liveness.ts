import type { Box } from '../../core/face.js';
import { livenessBoundary } from '../../core/ports.js';
import { softmax } from './estimators.js';
import type { Model } from './model.js';
import type { PassiveManifest } from './passive-model.js';
import { type Normalisation, type Picture, type PlaneLayout, samplePlanes } from './picture.js';

/** Returns the probability, 0 to 1, that a face is live. This is evidence, not proof. */
type LivenessEstimator = (picture: Picture, box: Box) => Promise<number>;

/** How a model reads a picture, and what its output means. */
interface Reading extends Pick<PassiveManifest, 'bound'> {
  readonly input: Omit<PassiveManifest['input'], 'name'>;
  readonly output: Pick<PassiveManifest['output'], 'live'>;
}

/** The model also uses what surrounds the face: frames, hands, screens. */
const builtInReading: Reading = {
  input: { size: 128, channels: 'bgr', mean: [0, 0, 0], deviation: [1, 1, 1], enlargement: 2.7 },
  output: { live: 0 },
  bound: livenessBoundary,
};

function toSurroundings(picture: Picture, box: Box, enlargement: number): Box {
  const scale = Math.min(picture.widthPx / box.width, picture.heightPx / box.height, enlargement);
  const width = box.width * scale;
  const height = box.height * scale;
  const x = box.x + (box.width - width) / 2;
  const y = box.y + (box.height - height) / 2;
  return {
    x: Math.min(Math.max(x, 0), picture.widthPx - width),
    y: Math.min(Math.max(y, 0), picture.heightPx - height),
    width,
    height,
  };
}

/** @param reading - how a model of one's own reads a picture; by default the built-in model */
export function createLivenessEstimator(model: Model, reading: Reading = builtInReading): LivenessEstimator {
  const { size, channels, mean, deviation, enlargement } = reading.input;
  const toNormalisation = (channel: 0 | 1 | 2): Normalisation => ({
    mean: mean[channel],
    deviation: deviation[channel],
  });
  const layout: PlaneLayout = {
    columns: size,
    planes: channels === 'rgb' ? [0, 1, 2] : [2, 1, 0],
    normalisations: [toNormalisation(0), toNormalisation(1), toNormalisation(2)],
  };
  const { input } = model;
  return async (picture, box) => {
    samplePlanes(picture, toSurroundings(picture, box, enlargement), size, size, layout, input);
    const { output } = await model.run();
    input.fill(0);
    const probability = softmax(output)[reading.output.live];
    return reading.bound === livenessBoundary ? probability : toCommonScale(probability, reading.bound);
  };
}

/**
 * Converts a model's probability to the common scale, on which every model has the same bound. The scale is linear, so that
 * means compare with the bound as they do before. Values are cut at 1, which changes no comparison of a mean of at most 20.
 * @returns 0 to 1
 */
export const toCommonScale = (probability: number, bound: number): number =>
  Math.min(1, (probability / bound) * livenessBoundary);
