import type { InferenceSession, Tensor } from 'onnxruntime-node';

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
