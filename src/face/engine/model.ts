/** A loaded model. Only one call at a time is allowed, because all calls use the same buffers. */
export interface Model {
  readonly input: Float32Array;
  /** @returns outputs by name, valid until the next run */
  run(): Promise<Readonly<Record<string, Float32Array>>>;
  close(): Promise<void>;
}

export function softmax(scores: Float32Array): Float32Array {
  const greatest = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = scores.map((score) => Math.exp(score - greatest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
