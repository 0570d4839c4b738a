import type { InferenceSession } from 'onnxruntime-web';
import { FaceError } from '../../errors.js';
import { type FloatTensor, type Runtime, sessionOptions, toErrorSummary } from './runtime.js';

/**
 * Loads ONNX Runtime in WebAssembly, which is several times slower (docs/engine.md). The runtime is single-threaded,
 * because each worker thread loads its own instance.
 */
export async function loadWebAssembly(because: string): Promise<Runtime> {
  const { env, InferenceSession, Tensor } = await import('onnxruntime-web/wasm');
  env.wasm.numThreads = 1;
  const toTensor = ({ data, dims }: FloatTensor) => new Tensor('float32', data, dims);

  const create = (model: Uint8Array): Promise<InferenceSession> =>
    InferenceSession.create(model, { ...sessionOptions, executionProviders: ['wasm'] }).catch((error: unknown) => {
      if (!toErrorSummary(error).startsWith('no available backend')) throw error;
      throw toUnavailable(because, error);
    });

  return {
    name: `onnxruntime-web ${env.versions.web}`,
    standsInBecause: because,
    async open(model) {
      const session = await create(model);
      return {
        inputs: session.inputMetadata,
        outputNames: session.outputNames,
        run: (input) => session.run({ [input.name]: toTensor(input) }),
        bind(input, outputs) {
          const feeds = { [input.name]: toTensor(input) };
          return async () => {
            // This runtime ignores preset outputs, so results are copied and then wiped.
            const results = await session.run(feeds);
            for (const { name, data } of outputs) {
              const result = results[name]?.data;
              if (!(result instanceof Float32Array) || result.length !== data.length)
                throw new Error(`${name} is not ${data.length} numbers`);
              data.set(result);
              result.fill(0);
            }
          };
        },
        release: () => session.release(),
      };
    },
  };
}

export const toUnavailable = (native: string, error: unknown): FaceError => {
  const platform = `${process.platform}-${process.arch}`;
  return new FaceError(
    'runtime_unavailable',
    { platform, native, webAssembly: toErrorSummary(error) },
    { cause: error },
  );
};
