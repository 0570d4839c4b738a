// This must be imported before the runtime.
import './unreported.js';
import { performance } from 'node:perf_hooks';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { InferenceSession as WebSession } from 'onnxruntime-web';
import { FaceError } from '../../errors.js';

export interface FloatTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

export interface Session {
  readonly inputs: readonly InferenceSession.ValueMetadata[];
  readonly outputNames: readonly string[];
  run(input: FloatTensor): Promise<Readonly<Record<string, Tensor>>>;
  /**
   * Returns a function that runs the model on these arrays each time. The function rejects if an output of the model
   * has another size than its array.
   */
  bind(input: FloatTensor, outputs: readonly FloatTensor[]): () => Promise<void>;
  release(): Promise<void>;
}

export interface Runtime {
  readonly name: string;
  /** Reason why WebAssembly is used instead of the native runtime; `null` if the native runtime is used. */
  readonly standsInBecause: string | null;
  open(model: Uint8Array): Promise<Session>;
}

export type RuntimeName = Omit<Runtime, 'open'>;

/**
 * The pool has one session per processor. At equal speed, these settings need the least memory: a memory arena, but no
 * memory patterns.
 */
export const sessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  enableCpuMemArena: true,
  enableMemPattern: false,
} as const satisfies InferenceSession.SessionOptions;

export const toErrorSummary = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0]?.slice(0, 200) ?? '') : 'no reason';

/** Models that take less time, in milliseconds, are not opened a second time. */
const slowMs = 10;

/** A session that is not clearly faster is not kept. */
const clearlyFaster = 0.8;

const timedRuns = 3;

/**
 * Returns the milliseconds of the fastest of some runs on zeros, or of the first that is not slow. `null` if the size of
 * the input is not fixed.
 */
async function timeSession(session: InferenceSession, create: typeof Tensor): Promise<number | null> {
  const [input] = session.inputMetadata;
  if (input === undefined || !input.isTensor) return null;
  const [batch = 1, ...sizes] = input.shape;
  const dims = [typeof batch === 'number' && batch > 0 ? batch : 1, ...sizes].filter(
    (size) => typeof size === 'number',
  );
  if (dims.length !== input.shape.length || dims.some((size) => size <= 0)) return null;
  const zeros = new Float32Array(dims.reduce((product, size) => product * size, 1));
  const feeds = { [input.name]: new create('float32', zeros, dims) };
  let fastest = Number.POSITIVE_INFINITY;
  for (let run = 0; run < timedRuns && fastest >= slowMs; run += 1) {
    const from = performance.now();
    await session.run(feeds);
    fastest = Math.min(fastest, performance.now() - from);
  }
  return fastest;
}

/** Graph optimizations of ONNX Runtime: all, or those that keep the memory layout. */
const levels = ['all', 'extended'] as const;
type Level = (typeof levels)[number];

/**
 * The fastest level of each model, in the order in which they are opened, shared by the workers of a pool. Only the
 * first worker that reaches a model times it. The others would wait for a processor anyway, and distort its times.
 */
export type LevelTable = Int32Array<SharedArrayBuffer>;

const unknown = 0;
const timing = 1;
const firstLevel = 2;

/** A worker that takes longer, in milliseconds, has died. */
const longestTimingMs = 10_000;

export const createLevelTable = (models: number): LevelTable =>
  new Int32Array(new SharedArrayBuffer(models * Int32Array.BYTES_PER_ELEMENT));

/** Returns the level that another worker found, after a wait if it is still timing the model; `null` if none did. */
function claimLevel(table: LevelTable, at: number): Level | null {
  while (true) {
    const found = Atomics.compareExchange(table, at, unknown, timing);
    if (found !== timing) return levels[found - firstLevel] ?? null;
    if (Atomics.wait(table, at, timing, longestTimingMs) === 'timed-out') return null;
  }
}

/** @param level - `null` if timing failed, so that another worker times the model */
function publishLevel(table: LevelTable, at: number, level: Level | null): void {
  Atomics.store(table, at, level === null ? unknown : firstLevel + levels.indexOf(level));
  Atomics.notify(table, at);
}

/**
 * Opens a model as it runs fastest on this processor: with the layout optimizations of ONNX Runtime, or without them. On
 * some processors with AVX-512 they make the recognition model three times slower, while others need them.
 * @see https://onnxruntime.ai/docs/performance/model-optimizations/graph-optimizations.html#layout-optimizations
 */
async function openFastest(
  { InferenceSession, Tensor }: Pick<typeof import('onnxruntime-node'), 'InferenceSession' | 'Tensor'>,
  model: Uint8Array,
): Promise<{ readonly session: InferenceSession; readonly level: Level }> {
  const usual = await InferenceSession.create(model, sessionOptions);
  const usualMs = await timeSession(usual, Tensor);
  if (usualMs === null || usualMs < slowMs) return { session: usual, level: 'all' };
  const other = await InferenceSession.create(model, { ...sessionOptions, graphOptimizationLevel: 'extended' });
  const otherMs = await timeSession(other, Tensor);
  const isOtherFaster = otherMs !== null && otherMs < clearlyFaster * usualMs;
  await (isOtherFaster ? usual : other).release();
  return isOtherFaster ? { session: other, level: 'extended' } : { session: usual, level: 'all' };
}

/** Loads the native binary of ONNX Runtime. If there is none, the loader's error is thrown. */
export async function loadNative(table: LevelTable | null = null): Promise<Runtime> {
  const { env, InferenceSession, Tensor } = await import('onnxruntime-node');
  let opened = 0;
  const open = async (model: Uint8Array): Promise<InferenceSession> => {
    const at = opened;
    opened += 1;
    if (table === null) return (await openFastest({ InferenceSession, Tensor }, model)).session;
    const known = claimLevel(table, at);
    if (known !== null) return InferenceSession.create(model, { ...sessionOptions, graphOptimizationLevel: known });
    let level: Level | null = null;
    try {
      const fastest = await openFastest({ InferenceSession, Tensor }, model);
      level = fastest.level;
      return fastest.session;
    } finally {
      publishLevel(table, at, level);
    }
  };
  const toTensor = ({ data, dims }: FloatTensor) => new Tensor('float32', data, dims);
  return {
    name: `onnxruntime-node ${env.versions.node}`,
    standsInBecause: null,
    async open(model) {
      const session = await open(model);
      return {
        inputs: session.inputMetadata,
        outputNames: session.outputNames,
        run: (input) => session.run({ [input.name]: toTensor(input) }),
        bind(input, outputs) {
          // Otherwise the runtime would silently leave the buffer unchanged.
          for (const { name } of outputs) if (!session.outputNames.includes(name)) throw new Error(`no output ${name}`);
          const feeds = { [input.name]: toTensor(input) };
          // Reused outputs avoid a third of a megabyte of garbage per photo.
          const fetches = Object.fromEntries(outputs.map((output) => [output.name, toTensor(output)]));
          return async () => {
            await session.run(feeds, fetches);
          };
        },
        release: () => session.release(),
      };
    },
  };
}

/**
 * Loads ONNX Runtime in WebAssembly, which is several times slower (docs/engine.md). The runtime is single-threaded,
 * because each worker thread loads its own instance.
 */
export async function loadWebAssembly(because: string): Promise<Runtime> {
  const { env, InferenceSession, Tensor } = await import('onnxruntime-web/wasm');
  env.wasm.numThreads = 1;
  const toTensor = ({ data, dims }: FloatTensor) => new Tensor('float32', data, dims);

  const create = (model: Uint8Array): Promise<WebSession> =>
    InferenceSession.create(model, { ...sessionOptions, executionProviders: ['wasm'] }).catch((error: unknown) => {
      if (!toErrorSummary(error).startsWith('no available backend')) throw error;
      throw toUnavailable(because, error);
    });

  return {
    name: `onnxruntime-web ${env.versions.web}`,
    standsInBecause: because,
    async open(model) {
      const session = await create(model);
      return {
        inputs: session.inputMetadata,
        outputNames: session.outputNames,
        run: (input) => session.run({ [input.name]: toTensor(input) }),
        bind(input, outputs) {
          const feeds = { [input.name]: toTensor(input) };
          return async () => {
            // This runtime ignores preset outputs, so results are copied and then wiped.
            const results = await session.run(feeds);
            for (const { name, data } of outputs) {
              const result = results[name]?.data;
              if (!(result instanceof Float32Array) || result.length !== data.length)
                throw new Error(`${name} is not ${data.length} numbers`);
              data.set(result);
              result.fill(0);
            }
          };
        },
        release: () => session.release(),
      };
    },
  };
}

const toUnavailable = (native: string, error: unknown): FaceError => {
  const platform = `${process.platform}-${process.arch}`;
  return new FaceError(
    'runtime_unavailable',
    { platform, native, webAssembly: toErrorSummary(error) },
    { cause: error },
  );
};

const loadErrorCodes: readonly unknown[] = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED'];

const isLoadError = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && loadErrorCodes.includes(error.code);

export async function loadRuntime(table?: LevelTable): Promise<Runtime> {
  try {
    return await loadNative(table);
  } catch (error) {
    if (!isLoadError(error)) throw error;
    const because = toErrorSummary(error);
    return loadWebAssembly(because).catch((cause: unknown) => {
      throw toUnavailable(because, cause);
    });
  }
}
