import type { InferenceSession } from 'onnxruntime-web';
import { FaceError } from '../errors.js';
import { type Numbers, type Runtime, sessionOptions, toSaid } from './runtime.js';

/**
 * ONNX Runtime in WebAssembly, which runs wherever Node does, and takes several times as long (docs/engine.md). On one thread,
 * as every worker of the pool has its own. It is one file beside its script, read from the disk at the first model.
 * @param because - why it is not the native one that runs
 */
export async function loadWebAssembly(because: string): Promise<Runtime> {
  const { env, InferenceSession, Tensor } = await import('onnxruntime-web/wasm');
  env.wasm.numThreads = 1;
  const toTensor = ({ data, dims }: Numbers) => new Tensor('float32', data, dims);

  const create = (model: Uint8Array): Promise<InferenceSession> =>
    InferenceSession.create(model, { ...sessionOptions, executionProviders: ['wasm'] }).catch((error: unknown) => {
      // Of the first model alone: this Node has no WebAssembly, or not what the runtime needs of it.
      if (!toSaid(error).startsWith('no available backend')) throw error;
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
            // Outputs that it is given come back as they were, so they are copied, and the copy is overwritten.
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

/** Neither runtime can be had. */
export const toUnavailable = (native: string, error: unknown): FaceError => {
  const platform = `${process.platform}-${process.arch}`;
  return new FaceError('runtime_unavailable', { platform, native, webAssembly: toSaid(error) }, { cause: error });
};
