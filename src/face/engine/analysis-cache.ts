import type { AnalysisCache } from '../../core/ports.js';
import type { QueueShare } from '../../core/queue-share.js';
import { type FrameSketch, Photo } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';
import { type Engine, type FaceAnalysis, type Signal, wipeFaceAnalysis } from './engine.js';

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
    const [embedding, texture] = [seen.embedding?.copy() ?? null, seen.texture?.copy() ?? null];
    return { ...seen, embedding, texture, own, sketch: null };
  }

  async sketch(): Promise<FrameSketch> {
    return toSketch(await this.#analyze()).copy();
  }

  async #analyze(): Promise<FaceAnalysis> {
    if (this.#isOver) throw new FaceError('internal', { problem: 'a shared photo was asked for too late' });
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

class SharedPhoto extends Photo {
  readonly #analysis: CachedAnalysis;

  constructor(bytes: Uint8Array, analysis: CachedAnalysis) {
    super(bytes);
    this.#analysis = analysis;
  }

  examine(): Promise<FaceAnalysis> {
    return this.#analysis.examine();
  }

  sketch(): Promise<FrameSketch> {
    return this.#analysis.sketch();
  }
}

/** Creates the cache of examinations. A photo that several steps share is examined only once. */
export function createAnalysisCache(deps: {
  readonly engine: Engine;
  readonly signals: readonly Signal[];
  readonly checkFrame: (bytes: Uint8Array) => void;
}): AnalysisCache {
  const { engine, signals, checkFrame } = deps;
  return {
    checkFrame: (photo) => photo.use(checkFrame),
    async share(photos, queueShare, work) {
      const analyses = photos.map((photo) => new CachedAnalysis(() => engine.examine(photo, signals, queueShare)));
      try {
        return await work(photos.map((photo, at) => photo.use((bytes) => new SharedPhoto(bytes, analyses[at]))));
      } finally {
        await Promise.all(analyses.map((look) => look.end()));
      }
    },
    sketch: async (photo, queueShare) =>
      photo instanceof SharedPhoto ? photo.sketch() : toSketch(await engine.examine(photo, ['sketch'], queueShare)),
  };
}

export const examineOnce = (
  engine: Engine,
  photo: Photo,
  signals: readonly Signal[],
  share: QueueShare,
): Promise<FaceAnalysis> => (photo instanceof SharedPhoto ? photo.examine() : engine.examine(photo, signals, share));
