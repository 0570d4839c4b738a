// Must be imported before the runtime.
import './unreported.js';
import { type Numbers, type Runtime, sessionOptions } from './runtime.js';

/** Loads ONNX Runtime's native binary. Throws the loader's error if there is none. */
export async function loadNative(): Promise<Runtime> {
  const { env, InferenceSession, Tensor } = await import('onnxruntime-node');
  const toTensor = ({ data, dims }: Numbers) => new Tensor('float32', data, dims);
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
          // The runtime would silently leave the buffer unchanged.
          for (const { name } of outputs)
            if (!session.outputNames.includes(name)) throw new Error(`there is no output ${name}`);
          const feeds = { [input.name]: toTensor(input) };
          // New outputs would be a third of a megabyte of garbage per photo.
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
