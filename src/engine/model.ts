/** A loaded model. One call at a time, because its buffers are reused. */
export interface Model {
  /** Input buffer: batch, channel, row, column. */
  readonly input: Float32Array;
  /** Runs on `input`. @returns the outputs by name, valid until the next run */
  run(): Promise<Readonly<Record<string, Float32Array>>>;
  close(): Promise<void>;
}
