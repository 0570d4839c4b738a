import { availableParallelism } from 'node:os';
import { createFairQueue, type QueueShare, soleShare } from '../../core/fair-queue.js';
import { builtInJudge } from '../../core/liveness-policy.js';
import { type BackOff, retryUntilDone } from '../../core/resilience.js';
import { Embedding, FrameSketch, type Photo, type PictureEncryption } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';
import type { Recogniser } from './embed.js';
import type { Detection, Engine, FaceAnalysis, Signal } from './engine.js';
import { models } from './manifest.js';
import type { PhotoJob, Reply } from './messages.js';
import type { JudgeSource } from './passive-model.js';
import { type Confinement, createPresence, type WorkerHandle } from './presence.js';
import type { RuntimeName } from './runtime.js';

export interface EnginePoolOptions {
  readonly modelsFolder: string;
  readonly recognisers?: readonly Recogniser[];
  /** Judges of passive liveness, by default the built-in one. */
  readonly judges?: readonly JudgeSource[];
  readonly workers?: number | undefined;
  /** Maximum of waiting jobs per class of callers. Further jobs are refused as `overloaded`. */
  readonly queueLimit: number;
}

export interface EngineLoad {
  readonly waiting: number;
  readonly busy: number;
  readonly examinations: number;
}

export interface EnginePool extends Engine {
  readonly runtime: RuntimeName;
  /** Number of judges of passive liveness. */
  readonly judges: number;
  load(): EngineLoad;
  /** Reads the access that the process that parses pictures has. */
  inspect(): Promise<Confinement>;
  /** Public key to which pages encrypt their pictures. A process that replaces a failed one has another key. */
  pictureKey(): Promise<string>;
  /**
   * Describes encrypted photos, which stay encrypted.
   * @throws `challenge_wrong` if they were encrypted for another process or check
   */
  describe(photos: readonly Photo[], encryption: PictureEncryption, share: QueueShare): Promise<readonly Photo[]>;
  /** Examines the most central of several faces. The result must not decide about a person. */
  examineCentral(photo: Photo, signals: readonly Signal[]): Promise<FaceAnalysis>;
}

const jobSec = 0.02;

const restarts: BackOff = { firstMs: 250, longestMs: 30_000 };

const undescribed = { digest: '', widthPx: 0, heightPx: 0, refusal: null };

const noWorker = (): FaceError => new FaceError('overloaded', { workers: 0, retryAfterSec: 1 });

type PhotoTask = PhotoJob extends infer Each
  ? Each extends PhotoJob
    ? Omit<Each, 'photo' | 'encryption'>
    : never
  : never;

interface Waiting {
  readonly task: PhotoTask;
  readonly photo: Photo;
  readonly share: QueueShare;
  resolve(reply: Reply): void;
  reject(error: unknown): void;
}

/** Starts the workers in a process of their own and waits for their models. If a worker dies, its job fails and a new worker replaces it. */
export async function createEnginePool(options: EnginePoolOptions): Promise<EnginePool> {
  const { modelsFolder, recognisers = [], judges = [builtInJudge] } = options;
  const size = options.workers ?? availableParallelism();
  const workers = new Set<WorkerHandle>();
  const idle: WorkerHandle[] = [];
  // A request waits until its pictures are described, which takes a hundredth of an examination. The queues take turns.
  const toDescribe = createFairQueue<Waiting>(options.queueLimit);
  const toExamine = createFairQueue<Waiting>(options.queueLimit);
  const countWaiting = (): number => toDescribe.length + toExamine.length;
  /** True if the last job described a picture. */
  let isDescribed = false;
  const starting = new Set<Promise<RuntimeName>>();
  const opening = Object.keys(models).length + recognisers.length + judges.length;
  const presence = createPresence({ modelsFolder, recognisers, judges, models: opening }, size);
  let running = 0;
  let runningAnonymous = 0;
  let examinations = 0;
  const closing = new AbortController();
  let whenDrained: (() => void) | null = null;

  const start = async (): Promise<RuntimeName> => {
    const worker = await presence.open();
    workers.add(worker);
    idle.push(worker);
    void worker.whenGone.then(() => replace(worker));
    dispatch();
    return worker.runtime;
  };

  const addWorker = async (): Promise<RuntimeName> => {
    const started = start();
    starting.add(started);
    return started.finally(() => starting.delete(started));
  };

  const reportDrained = (): void => {
    if (running === 0 && countWaiting() === 0) whenDrained?.();
  };

  const refuseWaiting = (error: FaceError): void => {
    for (const job of [...toDescribe.clear(), ...toExamine.clear()]) job.reject(error);
    reportDrained();
  };

  const replace = (worker: WorkerHandle): void => {
    workers.delete(worker);
    const at = idle.indexOf(worker);
    if (at >= 0) idle.splice(at, 1);
    startInPlace();
  };

  /**
   * Starts a worker in place of one that died. If the new worker cannot start, the pool tries again later and is
   * smaller until then. A pool that is closing starts no worker and, once none is left, refuses waiting jobs.
   */
  const startInPlace = (): void => {
    const refuseIfNone = (): void => {
      if (hasNone()) refuseWaiting(noWorker());
    };
    void retryUntilDone(addWorker, refuseIfNone, { backOff: restarts, signal: closing.signal }).then(refuseIfNone);
  };

  const hasNone = (): boolean => workers.size === 0 && starting.size === 0;

  const run = async (worker: WorkerHandle, job: Waiting): Promise<void> => {
    const anonymousCount = job.share.class === 'anonymous' ? 1 : 0;
    running += 1;
    runningAnonymous += anonymousCount;
    if (job.task.task === 'examine') examinations += 1;
    try {
      // Copied only now, so that a waiting photo is in memory only once.
      const photo = job.photo.use((bytes) => new Uint8Array(bytes));
      const reply = await worker.ask({ ...job.task, photo, encryption: job.photo.encrypted });
      idle.push(worker);
      if (reply.outcome === 'refused') refuse(job, reply);
      else job.resolve(reply);
    } catch (error) {
      // If memory for the copy was missing, the worker received nothing and is still idle.
      if (!(error instanceof FaceError)) idle.push(worker);
      job.reject(error);
    } finally {
      running -= 1;
      runningAnonymous -= anonymousCount;
      dispatch();
    }
  };

  /** Anonymous callers must leave one worker free, because a running job cannot be stopped. */
  const mayRunAnonymous = (): boolean => runningAnonymous < Math.max(1, workers.size - 1);

  const takeTurn = (only?: 'known'): Waiting | undefined =>
    isDescribed ? (toExamine.shift(only) ?? toDescribe.shift(only)) : (toDescribe.shift(only) ?? toExamine.shift(only));

  const dispatch = (): void => {
    while (idle.length > 0) {
      const job = takeTurn('known') ?? (mayRunAnonymous() ? takeTurn() : undefined);
      if (job === undefined) break;
      isDescribed = job.task.task === 'describe';
      const refusal = job.share.row?.refusal ?? null;
      if (refusal !== null) {
        job.reject(refusal);
        continue;
      }
      const worker = idle.pop();
      if (worker !== undefined) void run(worker, job);
    }
    reportDrained();
  };

  const overloaded = (): FaceError =>
    new FaceError('overloaded', { retryAfterSec: Math.max(1, Math.ceil((countWaiting() * jobSec) / size)) });

  const ask = async (task: PhotoTask, photo: Photo, share: QueueShare): Promise<Reply> => {
    if (closing.signal.aborted) throw overloaded();
    if (hasNone()) throw noWorker();
    const refusal = share.row?.refusal ?? null;
    if (refusal !== null) throw refusal;
    return new Promise<Reply>((resolve, reject) => {
      const queue = task.task === 'describe' ? toDescribe : toExamine;
      const dropped = queue.push({ task, photo, share, resolve, reject }, share, 1);
      for (const job of dropped) job.reject(overloaded());
      dispatch();
    });
  };

  const examine = async (photo: Photo, task: PhotoTask, share: QueueShare): Promise<FaceAnalysis> => {
    const reply = await ask(task, photo, share);
    if (reply.outcome !== 'examined') throw new FaceError('internal', { outcome: reply.outcome });
    const { embedding, own, texture, sketch } = reply.value;
    return {
      ...reply.value,
      embedding: embedding === null ? null : new Embedding(embedding),
      texture: texture === null ? null : new Embedding(texture),
      sketch: sketch === null ? null : new FrameSketch(sketch),
      own: own.map((each) => ({ ...each, embedding: new Embedding(each.embedding) })),
    };
  };

  const close = async (): Promise<void> => {
    closing.abort();
    if (running > 0 || countWaiting() > 0)
      await new Promise<void>((resolve) => {
        whenDrained = resolve;
      });
    await Promise.allSettled(starting);
    await Promise.all([...workers].map((worker) => worker.close()));
    await presence.close();
  };

  const started = Array.from({ length: size }, addWorker);
  await Promise.allSettled(started);
  const [runtime] = await Promise.all(started).catch(async (error: unknown) => {
    await close();
    throw error;
  });

  return {
    runtime,
    judges: judges.length,
    async detect(photo, share): Promise<Detection> {
      const reply = await ask({ task: 'detect' }, photo, share);
      if (reply.outcome !== 'detected') throw new FaceError('internal', { outcome: reply.outcome });
      return reply.value;
    },
    examine: (photo, signals, share) =>
      examine(photo, { task: 'examine', signals: [...signals], choice: 'only' }, share),
    examineCentral: (photo, signals) =>
      examine(photo, { task: 'examine', signals: [...signals], choice: 'central' }, soleShare),
    examineAgain: (photo, signals, near, share) =>
      examine(photo, { task: 'examine_again', signals: [...signals], near }, share),
    isReady: () => !closing.signal.aborted && workers.size === size,
    inspect: presence.inspect,
    pictureKey: presence.tellKey,
    async describe(photos, encryption, share) {
      const describeOne = async (photo: Photo): Promise<Photo> => {
        const reply = await ask({ task: 'describe' }, photo.withDescription({ ...encryption, ...undescribed }), share);
        if (reply.outcome !== 'described') throw new FaceError('internal', { outcome: reply.outcome });
        const { outcome: _, ...described } = reply;
        return photo.withDescription({ ...encryption, ...described });
      };
      return Promise.all(photos.map(describeOne));
    },
    load: () => ({ waiting: countWaiting(), busy: running, examinations }),
    close,
  };
}

function refuse({ share, reject }: Waiting, { code, detail, tookMs }: Extract<Reply, { outcome: 'refused' }>): void {
  const error = new FaceError(code, detail);
  share.row?.onRefused(error, tookMs);
  reject(error);
}
