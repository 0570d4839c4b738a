import type { InferenceSession, Tensor } from 'onnxruntime-node';

export interface Numbers {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

export interface Session {
  readonly inputs: readonly InferenceSession.ValueMetadata[];
  readonly outputNames: readonly string[];
  /** @returns outputs owned by the caller */
  run(input: Numbers): Promise<Readonly<Record<string, Tensor>>>;
  /** Prepares repeated runs on fixed arrays; rejects if an output has another size. */
  bind(input: Numbers, outputs: readonly Numbers[]): () => Promise<void>;
  release(): Promise<void>;
}

export interface Runtime {
  readonly name: string;
  /** `null`: the native one. */
  readonly standsInBecause: string | null;
  /** @param model - an ONNX file. Throws what the runtime throws, and FaceError `runtime_unavailable` */
  open(model: Uint8Array): Promise<Session>;
}

export type RuntimeName = Omit<Runtime, 'open'>;

/**
 * The pool has one session per processor. The arena without memory patterns uses the least memory, at equal speed: 243
 * MiB for two workers after 2,000 photos, against 293 and 260.
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
