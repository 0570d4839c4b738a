import type { InferenceSession, Tensor } from 'onnxruntime-node';

/** A tensor of floating-point numbers, by the name the model's file has for it. */
export interface Numbers {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** A model that can run. One run at a time. */
export interface Session {
  readonly inputs: readonly InferenceSession.ValueMetadata[];
  readonly outputNames: readonly string[];
  /** Runs once. @returns the outputs by name; they belong to the caller */
  run(input: Numbers): Promise<Readonly<Record<string, Tensor>>>;
  /**
   * Prepares for many runs that read the same array and write to the same arrays.
   * @returns runs once; rejects where the model gives an output of another size
   */
  bind(input: Numbers, outputs: readonly Numbers[]): () => Promise<void>;
  release(): Promise<void>;
}

/** What computes models. */
export interface Runtime {
  /** Its package, and the version. */
  readonly name: string;
  /** Why it stands in for the native one; `null`: it is the native one. */
  readonly standsInBecause: string | null;
  /** @param model - an ONNX file. Throws what the runtime throws, and FaceError `runtime_unavailable` */
  open(model: Uint8Array): Promise<Session>;
}

/** What a runtime says of itself. */
export type RuntimeName = Omit<Runtime, 'open'>;

/**
 * One thread a session: the pool is as wide as the machine, so more would only fight each other. The arena without
 * memory patterns is the pair that stays smallest: 243 MiB for two workers after 2,000 photos, against 293 without the
 * arena and 260 with both (docs/engine.md). None of it changes the time.
 */
export const sessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  enableCpuMemArena: true,
  enableMemPattern: false,
} as const satisfies InferenceSession.SessionOptions;

/** The first line of what a runtime says, without the paths of its own sources. */
export const toSaid = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0]?.slice(0, 200) ?? '') : 'no reason';
