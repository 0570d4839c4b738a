/** A loaded model. One call at a time: inputs and outputs are buffers used again for every picture. */
export interface Model {
  /** What the next run reads: batch, channel, row, column. */
  readonly input: Float32Array;
  /** Runs on `input` and returns the outputs by name, as they stand until the next run. */
  run(): Promise<Readonly<Record<string, Float32Array>>>;
  close(): Promise<void>;
}
