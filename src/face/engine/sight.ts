import { type FrameSketch, Photo } from '../../core/concealed.js';
import type { Sight } from '../../core/ports.js';
import type { QueueShare } from '../../core/queue-share.js';
import { FaceError } from '../../errors.js';
import { type Engine, type Examination, type Signal, wipeExamination } from './engine.js';

function toSketch({ sketch }: Examination): FrameSketch {
  if (sketch === null) throw new FaceError('internal', { problem: 'the engine left out a signal' });
  return sketch;
}

class Look {
  readonly #begin: () => Promise<Examination>;
  #seen: Promise<Examination> | null = null;
  #isOver = false;

  constructor(begin: () => Promise<Examination>) {
    this.#begin = begin;
  }

  async examine(): Promise<Examination> {
    const seen = await this.#look();
    const own = seen.own.map((each) => ({ ...each, embedding: each.embedding.copy() }));
    const [embedding, texture] = [seen.embedding?.copy() ?? null, seen.texture?.copy() ?? null];
    return { ...seen, embedding, texture, own, sketch: null };
  }

  async sketch(): Promise<FrameSketch> {
    return toSketch(await this.#look()).copy();
  }

  async #look(): Promise<Examination> {
    if (this.#isOver) throw new FaceError('internal', { problem: 'a shared photo was asked for too late' });
    this.#seen ??= this.#begin();
    return this.#seen;
  }

  /** Wipes the examination, also if it is still running. */
  async end(): Promise<void> {
    this.#isOver = true;
    const seen = await this.#seen?.catch(() => null);
    if (seen) wipeExamination(seen);
  }
}

class SharedPhoto extends Photo {
  readonly #look: Look;

  constructor(bytes: Uint8Array, look: Look) {
    super(bytes);
    this.#look = look;
  }

  examine(): Promise<Examination> {
    return this.#look.examine();
  }

  sketch(): Promise<FrameSketch> {
    return this.#look.sketch();
  }
}

/** Creates the cache of examinations. A photo that several steps share is examined only once. */
export function createSight(deps: {
  readonly engine: Engine;
  readonly signals: readonly Signal[];
  readonly checkFrame: (bytes: Uint8Array) => void;
}): Sight {
  const { engine, signals, checkFrame } = deps;
  return {
    checkFrame: (photo) => photo.use(checkFrame),
    async share(photos, queueShare, work) {
      const looks = photos.map((photo) => new Look(() => engine.examine(photo, signals, queueShare)));
      try {
        return await work(photos.map((photo, at) => photo.use((bytes) => new SharedPhoto(bytes, looks[at]))));
      } finally {
        await Promise.all(looks.map((look) => look.end()));
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
): Promise<Examination> => (photo instanceof SharedPhoto ? photo.examine() : engine.examine(photo, signals, share));
