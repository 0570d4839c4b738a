import type { QueueShare } from '../../core/fair-queue.js';
import type { AnalysisCache, Box, DetectedFace, Detection, HeldKind } from '../../core/ports.js';
import { type Embedding, type EncryptedPicture, type FrameSketch, Photo } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';
import type { Pose } from './estimators.js';
import type { Landmarks } from './landmarks.js';
import type { LightReading } from './light.js';
import type { PixelQuality } from './quality.js';

/** Measurements of an examination. Each costs a model run or a pass over the pixels. */
export type Signal =
  | 'embedding'
  | 'magnitude'
  | 'pose'
  | 'liveness'
  | 'eyes'
  | 'quality'
  | 'landmarks'
  | 'light'
  | 'sketch';

export interface CustomModelResult {
  readonly recogniser: string;
  readonly embedding: Embedding;
  readonly magnitude: number;
}

/** Probability, 0 to 1, that one model for passive liveness gives. */
export interface JudgeScore {
  readonly judge: string;
  readonly probability: number;
}

/** Result of an examination. Measurements that were not requested are `null`, but `magnitude` if a photo may be turned. */
export interface FaceAnalysis {
  readonly face: DetectedFace;
  readonly embedding: Embedding | null;
  /** Results of the custom recognition models, one per model; empty if no embedding was requested. */
  readonly own: readonly CustomModelResult[];
  /** Clearness of the face for the recognition model. Evaluation photos have values of 2.7 to 4.5. */
  readonly magnitude: number | null;
  readonly pose: Pose | null;
  /** Mean of the judges of passive liveness, on the common scale. */
  readonly liveness: number | null;
  /** Its parts if there are several judges, otherwise empty. */
  readonly judgeScores: readonly JudgeScore[];
  readonly eyesOpen: number | null;
  readonly quality: PixelQuality | null;
  /** 68 points in the order of 300-W, in pixels of the upright original. */
  readonly landmarks: Landmarks | null;
  readonly light: LightReading | null;
  /**
   * Texture of the face. Two pictures that were taken half a second apart are compared by it, to verify that both show
   * the same face.
   */
  readonly texture: Embedding | null;
  readonly sketch: FrameSketch | null;
}

export function wipeFaceAnalysis({
  embedding,
  own,
  texture,
  sketch,
}: Pick<FaceAnalysis, 'embedding' | 'own' | 'texture' | 'sketch'>): void {
  embedding?.wipe();
  texture?.wipe();
  sketch?.wipe();
  for (const each of own) each.embedding.wipe();
}

/** The face pipeline. Worker threads wipe their copy of a photo before the returned promise settles. */
export interface Engine {
  detect(photo: Photo, share: QueueShare): Promise<Detection>;
  examine(photo: Photo, signals: readonly Signal[], share: QueueShare): Promise<FaceAnalysis>;
  /** Examines the face near `near` in a picture taken half a second later, without detection. */
  examineAgain(photo: Photo, signals: readonly Signal[], near: Box, share: QueueShare): Promise<FaceAnalysis>;
  isReady(): boolean;
  close(): Promise<void>;
}

export type { Box, DetectedFace, Detection, Landmarks, PixelQuality, Pose };

function toSketch({ sketch }: FaceAnalysis): FrameSketch {
  if (sketch === null) throw new FaceError('internal', { problem: 'the engine left out a signal' });
  return sketch;
}

class CachedAnalysis {
  readonly #begin: () => Promise<FaceAnalysis>;
  #seen: Promise<FaceAnalysis> | null = null;
  #isOver = false;

  constructor(begin: () => Promise<FaceAnalysis>) {
    this.#begin = begin;
  }

  async examine(): Promise<FaceAnalysis> {
    const seen = await this.#analyze();
    const own = seen.own.map((each) => ({ ...each, embedding: each.embedding.copy() }));
    const embedding = seen.embedding?.copy() ?? null;
    const texture = seen.texture?.copy() ?? null;
    return { ...seen, embedding, texture, own, sketch: null };
  }

  async sketch(): Promise<FrameSketch> {
    return toSketch(await this.#analyze()).copy();
  }

  /** Returns how clearly the eyes are visible, or `null` for a refused photo. */
  readEyes = (): Promise<number | null> =>
    this.#analyze().then(
      ({ eyesOpen }) => eyesOpen ?? 0,
      () => null,
    );

  async #analyze(): Promise<FaceAnalysis> {
    if (this.#isOver) throw new FaceError('internal', { problem: 'a stored photo was requested too late' });
    this.#seen ??= this.#begin();
    return this.#seen;
  }

  /** Wipes the examination, also if it is still running. */
  async end(): Promise<void> {
    this.#isOver = true;
    const seen = await this.#seen?.catch(() => null);
    if (seen) wipeFaceAnalysis(seen);
  }
}

class HeldPhoto extends Photo {
  readonly #analysis: CachedAnalysis;

  constructor(bytes: Uint8Array, encrypted: EncryptedPicture | null, analysis: CachedAnalysis) {
    super(bytes, encrypted);
    this.#analysis = analysis;
  }

  examine(): Promise<FaceAnalysis> {
    return this.#analysis.examine();
  }

  sketch(): Promise<FrameSketch> {
    return this.#analysis.sketch();
  }
}

/** Creates the cache of examinations. A photo that several steps use is examined only once. */
export function createAnalysisCache(deps: {
  readonly engine: Engine;
  readonly signals: Readonly<Record<HeldKind, readonly Signal[]>>;
  readonly checkFrame: (bytes: Uint8Array) => void;
}): AnalysisCache {
  const { engine, signals, checkFrame } = deps;
  return {
    checkFrame(photo) {
      if (photo.encrypted === null) photo.use(checkFrame);
      else if (photo.encrypted.refusal !== null) throw new FaceError(photo.encrypted.refusal);
    },
    hold(photos, kind, queueShare) {
      const analyses = photos.map(
        (photo) => new CachedAnalysis(() => engine.examine(photo, signals[kind], queueShare)),
      );
      const held = photos.map((photo, at) => photo.use((bytes) => new HeldPhoto(bytes, photo.encrypted, analyses[at])));
      return {
        photos: held,
        async usable() {
          const eyes = await Promise.all(analyses.map((each) => each.readEyes()));
          const found = eyes.flatMap((open, at) => (open === null ? [] : [{ photo: held[at], open }]));
          return found.sort((one, other) => other.open - one.open).map(({ photo }) => photo);
        },
        release: async () => void (await Promise.all(analyses.map((each) => each.end()))),
      };
    },
    sketch: async (photo, queueShare) =>
      photo instanceof HeldPhoto ? photo.sketch() : toSketch(await engine.examine(photo, ['sketch'], queueShare)),
  };
}

/** Examines a photo. A held photo returns the signals of its cache, which are those of all its steps. */
export const examineOnce = (
  engine: Engine,
  photo: Photo,
  signals: readonly Signal[],
  share: QueueShare,
): Promise<FaceAnalysis> => (photo instanceof HeldPhoto ? photo.examine() : engine.examine(photo, signals, share));
