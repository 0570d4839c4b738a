import type { Embedding } from '../core/concealed.js';
import type { Movement } from '../core/movements.js';
import type { CapturedFrame } from '../core/ports.js';
import type { Engine, Landmarks, PixelQuality, Pose, Signal } from '../engine/engine.js';
import type { NoiseResidual } from '../engine/noise.js';
import { examineOnce } from '../engine/sight.js';
import { FaceError } from '../errors.js';

/** One frame as the engine sees it. */
export interface SeenFrame {
  readonly movement: Movement;
  readonly embedding: Embedding;
  readonly pose: Pose;
  /** Probability of "live", 0 to 1. */
  readonly liveness: number;
  readonly quality: PixelQuality;
  readonly landmarks: Landmarks;
  readonly noise: NoiseResidual;
}

/** What `lookAt` reads. */
export const judgedSignals: readonly Signal[] = ['embedding', 'pose', 'liveness', 'quality', 'landmarks', 'noise'];

/**
 * Measures one frame.
 * @throws FaceError as `Engine.examine`
 */
export async function lookAt(
  engine: Engine,
  { photo, movement }: Pick<CapturedFrame, 'photo' | 'movement'>,
): Promise<SeenFrame> {
  const seen = await examineOnce(engine, photo, judgedSignals);
  const { embedding, own, pose, liveness, quality, landmarks, noise } = seen;
  // Frames are compared by our own model alone: the bounds are fitted to it.
  for (const each of own) each.embedding.wipe();
  if (
    embedding === null ||
    pose === null ||
    liveness === null ||
    quality === null ||
    landmarks === null ||
    noise === null
  )
    throw new FaceError('internal', { problem: 'the engine left out a signal' });
  return { movement, embedding, pose, liveness, quality, landmarks, noise };
}
