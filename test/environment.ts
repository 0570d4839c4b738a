import { TestEnvironment } from 'jest-environment-node';

declare global {
  /** The real process, beside the copy that Jest gives to tests. */
  var outerProcess: NodeJS.Process;
}

/**
 * Jest runs tests in a realm of its own, whose typed arrays are not those of native bindings. This hands the tests the
 * outer ones, so that `instanceof` holds on both sides.
 */
export default class extends TestEnvironment {
  override async setup(): Promise<void> {
    await super.setup();
    Object.assign(this.global, {
      ArrayBuffer,
      SharedArrayBuffer,
      DataView,
      Uint8Array,
      Uint8ClampedArray,
      Uint16Array,
      Uint32Array,
      Int8Array,
      Int16Array,
      Int32Array,
      BigInt64Array,
      BigUint64Array,
      Float32Array,
      Float64Array,
      // Events of the process, such as a thread that starts, are not told to the copy of `process` tests get.
      outerProcess: process,
    });
  }
}
