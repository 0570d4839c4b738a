import type { InferenceSession, Tensor } from 'onnxruntime-node';

export interface Numbers {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

export interface Session {
  readonly inputs: readonly InferenceSession.ValueMetadata[];
  readonly outputNames: readonly string[];
  run(input: Numbers): Promise<Readonly<Record<string, Tensor>>>;
  /** Prepares repeated runs on fixed arrays. A run rejects if an output has another size. */
  bind(input: Numbers, outputs: readonly Numbers[]): () => Promise<void>;
  release(): Promise<void>;
}

export interface Runtime {
  readonly name: string;
  /** Why the native runtime is not used; `null` if it is. */
  readonly standsInBecause: string | null;
  open(model: Uint8Array): Promise<Session>;
}

export type RuntimeName = Omit<Runtime, 'open'>;

/**
 * The pool has one session per processor. These settings need the least memory at equal speed: an arena without memory
 * patterns.
 */
export const sessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  enableCpuMemArena: true,
  enableMemPattern: false,
} as const satisfies InferenceSession.SessionOptions;

export const toSaid = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0]?.slice(0, 200) ?? '') : 'no reason';
