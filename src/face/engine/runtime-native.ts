// This must be imported before the runtime.
import './unreported.js';
import { type FloatTensor, type Runtime, sessionOptions } from './runtime.js';

/** Loads the native binary of ONNX Runtime. If there is none, the loader's error is thrown. */
export async function loadNative(): Promise<Runtime> {
  const { env, InferenceSession, Tensor } = await import('onnxruntime-node');
  const toTensor = ({ data, dims }: FloatTensor) => new Tensor('float32', data, dims);
  return {
    name: `onnxruntime-node ${env.versions.node}`,
    standsInBecause: null,
    async open(model) {
      const session = await InferenceSession.create(model, sessionOptions);
      return {
        inputs: session.inputMetadata,
        outputNames: session.outputNames,
        run: (input) => session.run({ [input.name]: toTensor(input) }),
        bind(input, outputs) {
          // Otherwise the runtime would silently leave the buffer unchanged.
          for (const { name } of outputs)
            if (!session.outputNames.includes(name)) throw new Error(`there is no output ${name}`);
          const feeds = { [input.name]: toTensor(input) };
          // Reused outputs avoid a third of a megabyte of garbage per photo.
          const fetches = Object.fromEntries(outputs.map((output) => [output.name, toTensor(output)]));
          return async () => {
            await session.run(feeds, fetches);
          };
        },
        release: () => session.release(),
      };
    },
  };
}
