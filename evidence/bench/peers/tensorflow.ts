import { z } from 'zod';
import { installedFolder, loadInstalled } from './installed.js';
import type { Pixels } from './pixels.js';

/** A tensor of TensorFlow.js: memory outside the reach of the garbage collector. */
export interface Tensor {
  dispose(): void;
}

/** What the peers need of TensorFlow.js, which both run on. */
export interface Tensorflow {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  enableProdMode(): void;
  tensor3d(values: Uint8Array, shape: readonly number[], type: 'int32'): Tensor;
}

/** Whether a value has all these functions: as much as can be checked of a library that is only loaded here. */
export const hasFunctions = (value: unknown, names: readonly string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  names.every((name) => name in value && typeof Reflect.get(value, name) === 'function');

const tensorflowGuard = z.custom<Tensorflow>((value) =>
  hasFunctions(value, ['setBackend', 'ready', 'enableProdMode', 'tensor3d']),
);

const wasmGuard = z.custom<{ setWasmPaths(folder: string): void }>((value) => hasFunctions(value, ['setWasmPaths']));

/** Where the compiled kernels are: plain, with SIMD, and with SIMD and threads. TensorFlow.js takes the second in Node. */
export const kernelsFolder = installedFolder('@tensorflow/tfjs-backend-wasm/dist');

/** What runs the models of the peers. The native binding is not in the npm registry: its install script fetches it. */
export function nameBackend(): string {
  const { version } = z.object({ version: z.string() }).parse(loadInstalled('@tensorflow/tfjs/package.json'));
  return `wasm (TensorFlow.js ${version}, SIMD, one thread)`;
}

/** TensorFlow.js with its WebAssembly kernels ready, set up as its documentation says. */
export async function loadTensorflow(): Promise<Tensorflow> {
  const tensorflow = tensorflowGuard.parse(loadInstalled('@tensorflow/tfjs'));
  wasmGuard.parse(loadInstalled('@tensorflow/tfjs-backend-wasm')).setWasmPaths(kernelsFolder);
  tensorflow.enableProdMode();
  await tensorflow.setBackend('wasm');
  await tensorflow.ready();
  return tensorflow;
}

/** Hands pixels over to TensorFlow.js, and takes its memory back once the work is done. */
export async function withTensor<Result>(
  tensorflow: Pick<Tensorflow, 'tensor3d'>,
  pixels: Pixels,
  work: (tensor: Tensor) => PromiseLike<Result>,
): Promise<Result> {
  const tensor = tensorflow.tensor3d(pixels.data, [pixels.heightPx, pixels.widthPx, 3], 'int32');
  try {
    return await work(tensor);
  } finally {
    tensor.dispose();
  }
}
