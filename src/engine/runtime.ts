import type { InferenceSession, Tensor } from 'onnxruntime-node';

export interface Numbers {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

export interface Session {
  readonly inputs: readonly InferenceSession.ValueMetadata[];
  readonly outputNames: readonly string[];
  /** Runs once. @returns the outputs by name, owned by the caller */
  run(input: Numbers): Promise<Readonly<Record<string, Tensor>>>;
  /**
   * Prepares repeated runs on fixed arrays.
   * @returns a function that runs once; rejects if an output has another size
   */
  bind(input: Numbers, outputs: readonly Numbers[]): () => Promise<void>;
  release(): Promise<void>;
}

export interface Runtime {
  readonly name: string;
  /** Why it replaces the native one; `null`: it is the native one. */
  readonly standsInBecause: string | null;
  /** @param model - an ONNX file. Throws what the runtime throws, and FaceError `runtime_unavailable` */
  open(model: Uint8Array): Promise<Session>;
}

export type RuntimeName = Omit<Runtime, 'open'>;

/**
 * One thread per session, because the pool has one per processor. The arena without memory patterns uses the least
 * memory, at equal speed: 243 MiB for two workers after 2,000 photos, against 293 and 260 (docs/engine.md).
 */
export const sessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  enableCpuMemArena: true,
  enableMemPattern: false,
} as const satisfies InferenceSession.SessionOptions;

/** Returns the first line of a runtime's error, without source paths. */
export const toSaid = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0]?.slice(0, 200) ?? '') : 'no reason';
