import type { Box } from '../../core/face.js';
import { builtInJudge } from '../../core/liveness-policy.js';
import { livenessBoundary } from '../../core/ports.js';
import type { JudgeScore } from './engine.js';
import { softmax } from './estimators.js';
import type { Model } from './model.js';
import type { PassiveManifest } from './passive-model.js';
import { type Normalisation, type Picture, type PlaneLayout, samplePlanes } from './picture.js';

/** How a model reads a picture, and what its output means. */
interface Reading extends Pick<PassiveManifest, 'name' | 'bound'> {
  readonly input: Omit<PassiveManifest['input'], 'name'>;
  readonly output: Pick<PassiveManifest['output'], 'live'>;
}

/** The model also uses what surrounds the face: frames, hands, screens. */
export const builtInReading: Reading = {
  name: builtInJudge,
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

/** One model for passive liveness. Its result is evidence, not proof. */
export interface PassiveJudge {
  readonly name: string;
  readonly bound: number;
  /** Returns the probability, 0 to 1, that a face is live. */
  judge(picture: Picture, box: Box): Promise<number>;
}

/** @param reading - how the model reads a picture */
export function createPassiveJudge(model: Model, reading: Reading): PassiveJudge {
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
  return {
    name: reading.name,
    bound: reading.bound,
    async judge(picture, box) {
      samplePlanes(picture, toSurroundings(picture, box, enlargement), size, size, layout, input);
      const { output } = await model.run();
      input.fill(0);
      return softmax(output)[reading.output.live];
    },
  };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Judges a picture by the mean of all judges. It passes if the mean of their probabilities reaches the mean of their
 * bounds.
 */
export function createLivenessEstimator(judges: readonly PassiveJudge[]) {
  const bound = meanOf(judges.map((each) => each.bound));
  return async (picture: Picture, box: Box): Promise<{ liveness: number; judgeScores: readonly JudgeScore[] }> => {
    const scores: JudgeScore[] = [];
    for (const each of judges) scores.push({ judge: each.name, probability: await each.judge(picture, box) });
    const mean = meanOf(scores.map(({ probability }) => probability));
    return {
      liveness: bound === livenessBoundary ? mean : toCommonScale(mean, bound),
      judgeScores: judges.length > 1 ? scores : [],
    };
  };
}

/**
 * Converts a probability to the common scale, on which every set of judges has the same bound. The odds are multiplied by a
 * constant, so that means of log-odds compare with the bound as they do before.
 * @returns 0 to 1
 */
export function toCommonScale(probability: number, bound: number): number {
  const factor = (livenessBoundary * (1 - bound)) / (bound * (1 - livenessBoundary));
  return (factor * probability) / (factor * probability + 1 - probability);
}

/** Scores closer to 0 or 1 count as this close, so that one look cannot decide alone. */
const extremeScore = 0.001;

/**
 * Combines scores of pictures by the mean of their log-odds. By the mean of the scores, a few high ones outweigh many low
 * ones: at the same rate of refused people, twice as many drawn screens passed (docs/liveness-method.md).
 */
export function combineScores(scores: readonly number[]): number {
  const logOdds = scores.map((score) => {
    const kept = Math.min(1 - extremeScore, Math.max(extremeScore, score));
    return Math.log(kept / (1 - kept));
  });
  return 1 / (1 + Math.exp(-logOdds.reduce((sum, each) => sum + each, 0) / scores.length));
}
