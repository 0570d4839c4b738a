import type { QueueShare } from '../../core/fair-queue.js';
import type { Embedding, Photo } from '../../core/secrets.js';
import { FaceError, isOneOf, type PhotoCode, photoCodes, toCode } from '../../errors.js';
import { type Engine, examineOnce, type FaceAnalysis, type Signal, wipeFaceAnalysis } from '../engine/engine.js';
import { isUncovered } from '../engine/quality.js';
import { mostPhotos } from '../token/format.js';
import type { EngineParameters } from '../token/parameters.js';
import { areOfOnePerson, meanOf } from './embeddings.js';

/** Photos examined at once, limited so that a large comparison does not fill the engine's queue. */
const photosInWork = mostPhotos;

export interface SeenFace {
  readonly embedding: Embedding;
  /**
   * Returns true if all photos show one person, by the threshold for enrolments (`enrolled`) or for checks (`shown`).
   */
  isOnePerson(when: keyof EngineParameters['alikeCosines']): boolean;
  /** True if at least one photo shows the face clearly enough to enrol. */
  readonly isClear: boolean;
}

/** Signals of a check. Liveness is examined only if required. */
export const checkedSignals: readonly Signal[] = ['embedding', 'quality', 'eyes', 'liveness'];

export interface Probe {
  by(engine: EngineParameters): SeenFace;
  readonly photos: number;
  /** `null` unless required. */
  readonly liveness: number | null;
}

function present<T>(signal: T | null): T {
  if (signal === null) throw new FaceError('internal', { problem: 'the engine left out a signal' });
  return signal;
}

function wipeIfSeen(seen: FaceAnalysis | PhotoCode | undefined): void {
  if (seen !== undefined && typeof seen !== 'string') wipeFaceAnalysis(seen);
}

function describedBy(examination: FaceAnalysis, { recogniser }: EngineParameters) {
  if (recogniser === null)
    return { embedding: present(examination.embedding), magnitude: present(examination.magnitude) };
  return present(examination.own.find((each) => each.recogniser === recogniser) ?? null);
}

/** Examines all photos. If photos are refused, the first refusal is thrown, and the rest is skipped. */
async function examineAll<Seen extends FaceAnalysis | PhotoCode>(
  photos: readonly Photo[],
  examine: (photo: Photo) => Promise<Seen>,
): Promise<Seen[]> {
  const examined: Seen[] = [];
  const refusals: unknown[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < photos.length && refusals.length === 0) {
      const index = next;
      next += 1;
      try {
        examined[index] = await examine(photos[index]);
      } catch (error) {
        refusals[index] = error;
      }
    }
  };
  await Promise.all(Array.from({ length: photosInWork }, work));
  const first = refusals.findIndex((refusal) => refusal !== undefined);
  if (first === -1) return examined;
  examined.forEach(wipeIfSeen);
  throw refusals[first];
}

interface Examining {
  readonly engine: Engine;
  readonly share: QueueShare;
}

/**
 * Computes the embeddings of photos, and wipes the embeddings after the work.
 * @param needed - photos that must be usable; a refusal of one is thrown
 */
export async function withEmbeddings<T>(
  photos: readonly Photo[],
  {
    engine,
    share,
    needed,
    parameters,
  }: Examining & { readonly needed: readonly Photo[]; readonly parameters: EngineParameters },
  work: (embeddings: readonly (Embedding | PhotoCode)[]) => T,
): Promise<T> {
  const examined = await examineAll<FaceAnalysis | PhotoCode>(photos, (photo) =>
    examineOnce(engine, photo, ['embedding'], share).catch((error: unknown) => {
      const code = toCode(error);
      if (needed.includes(photo) || !isOneOf(photoCodes, code)) throw error;
      return code;
    }),
  );
  try {
    return work(examined.map((each) => (typeof each === 'string' ? each : describedBy(each, parameters).embedding)));
  } finally {
    examined.forEach(wipeIfSeen);
  }
}

/** Examines the photos of one person, and wipes the results after the work. */
export async function withProbe<T>(
  photos: readonly Photo[],
  { engine, share, measureLiveness }: Examining & { readonly measureLiveness: boolean },
  work: (probe: Probe) => Promise<T>,
): Promise<T> {
  const signals = checkedSignals.filter((signal) => measureLiveness || signal !== 'liveness');
  const examined = await examineAll(photos, (photo) => examineOnce(engine, photo, signals, share));
  const means: Embedding[] = [];
  const by = (parameters: EngineParameters): SeenFace => {
    const described = examined.map((each) => describedBy(each, parameters));
    const embeddings = described.map(({ embedding }) => embedding);
    const embedding = meanOf(embeddings);
    means.push(embedding);
    return {
      embedding,
      isOnePerson: (when) => areOfOnePerson(embeddings, parameters, when),
      isClear: described.some(
        ({ magnitude }, at) => magnitude >= parameters.leastClearness && isUncovered(examined[at]),
      ),
    };
  };
  try {
    const liveness = measureLiveness ? Math.min(...examined.map((each) => present(each.liveness))) : null;
    return await work({ by, photos: photos.length, liveness });
  } finally {
    for (const mean of means) mean.wipe();
    examined.forEach(wipeFaceAnalysis);
  }
}
