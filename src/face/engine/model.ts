/** A loaded model. Only one call at a time is allowed, because all calls use the same buffers. */
export interface Model {
  readonly input: Float32Array;
  /** @returns outputs by name, valid until the next run */
  run(): Promise<Readonly<Record<string, Float32Array>>>;
  close(): Promise<void>;
}
