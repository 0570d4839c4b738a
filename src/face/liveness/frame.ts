import type { Movement } from '../../core/movements.js';
import type { CapturedFrame } from '../../core/ports.js';
import type { QueueShare } from '../../core/queue-share.js';
import type { Embedding, Photo } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';
import { examineOnce } from '../engine/analysis-cache.js';
import type { Box, Engine, Landmarks, PixelQuality, Pose, Signal } from '../engine/engine.js';
import type { LightReading } from '../engine/light.js';
import type { NoiseResidual } from '../engine/noise.js';

export interface SeenFrame {
  readonly movement: Movement;
  readonly embedding: Embedding;
  readonly pose: Pose;
  /** Probability that the face is live, 0 to 1. */
  readonly liveness: number;
  readonly quality: PixelQuality;
  readonly landmarks: Landmarks;
  readonly box: Box;
  readonly reading: LightReading;
  readonly texture: Embedding;
  readonly noise: NoiseResidual;
}

export const judgedSignals: readonly Signal[] = [
  'embedding',
  'pose',
  'liveness',
  'quality',
  'landmarks',
  'light',
  'noise',
];

export async function analyzeFrame(
  engine: Engine,
  { photo, movement }: Pick<CapturedFrame, 'photo' | 'movement'>,
  share: QueueShare,
): Promise<SeenFrame> {
  const seen = await examineOnce(engine, photo, judgedSignals, share);
  const { face, embedding, own, pose, liveness, quality, landmarks, light, texture, noise } = seen;
  // Embeddings by custom models are dropped, because the bounds are fitted to the built-in model.
  for (const each of own) each.embedding.wipe();
  if (
    embedding === null ||
    pose === null ||
    liveness === null ||
    quality === null ||
    landmarks === null ||
    light === null ||
    texture === null ||
    noise === null
  )
    throw new FaceError('internal', { problem: 'the engine left out a signal' });
  return { movement, embedding, pose, liveness, quality, landmarks, box: face.box, reading: light, texture, noise };
}

/** Reads the light in another picture of the same pose, taken half a second later. @throws as `Engine.examineAgain` */
export async function analyzeSamePose(
  engine: Engine,
  photo: Photo,
  near: Box,
  share: QueueShare,
): Promise<Pick<SeenFrame, 'reading' | 'texture'>> {
  const { light, texture } = await engine.examineAgain(photo, ['light'], near, share);
  if (light === null || texture === null) throw new FaceError('internal', { problem: 'the engine left out a signal' });
  return { reading: light, texture };
}
