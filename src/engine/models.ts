import { resolve } from 'node:path';
import { FaceError } from '../errors.js';
import { type ModelFile, type ModelName, models } from './manifest.js';
import type { Model } from './model.js';
import { replacePRelu } from './prelu.js';
import type { Preprocess } from './preprocess.js';
import { readPublishedFile } from './published-file.js';
import type { Recogniser, RecognitionModel } from './recogniser.js';
import type { Runtime } from './runtime.js';

export type Models = Readonly<Record<ModelName, Model>>;

interface Tensors {
  readonly input: { readonly name: string; readonly dims: readonly number[] };
  readonly outputs: readonly (readonly [told: string, name: string, dims: readonly number[]])[];
}

const sizeOf = (dims: readonly number[]): number => dims.reduce((product, size) => product * size, 1);

async function startSession(file: Uint8Array, tensors: Tensors, runtime: Runtime): Promise<Model> {
  const session = await runtime.open(file);
  const input = new Float32Array(sizeOf(tensors.input.dims));
  const outputs = Object.fromEntries(tensors.outputs.map(([told, , dims]) => [told, new Float32Array(sizeOf(dims))]));
  const run = session.bind(
    { ...tensors.input, data: input },
    tensors.outputs.map(([told, name, dims]) => ({ name, dims, data: outputs[told] })),
  );
  return {
    input,
    async run() {
      await run();
      return outputs;
    },
    close: () => session.release(),
  };
}

async function loadModel(folder: string, expected: ModelFile, runtime: Runtime): Promise<Model> {
  const bytes = await readPublishedFile(folder, expected);
  if (bytes === null) throw new FaceError('model_missing', { file: expected.file, folder: resolve(folder) });
  const tensors: Tensors = {
    input: { name: 'input', dims: expected.input },
    outputs: Object.entries(expected.output).map(([name, dims]) => [name, name, dims]),
  };
  return startSession(replacePRelu(bytes), tensors, runtime);
}

export async function loadRecognitionModel(
  { folder, model, preprocess }: Recogniser,
  runtime: Runtime,
): Promise<Model> {
  const bytes = await readPublishedFile(folder, model);
  if (bytes === null) throw new FaceError('model_missing', { file: model.file, folder: resolve(folder) });
  return startRecognitionModel(bytes, model, preprocess, runtime);
}

export const startRecognitionModel = (
  file: Uint8Array,
  { input, output, numbers }: Pick<RecognitionModel, 'input' | 'output' | 'numbers'>,
  { size }: Pick<Preprocess, 'size'>,
  runtime: Runtime,
): Promise<Model> =>
  startSession(
    file,
    { input: { name: input, dims: [1, 3, size, size] }, outputs: [['output', output, [1, numbers]]] },
    runtime,
  );

/** Verifies and loads the bundled models. Their PRelu nodes, which are slow, are replaced. */
export async function loadModels(folder: string, runtime: Runtime): Promise<Models> {
  const detect = await loadModel(folder, models.detect, runtime);
  const landmarks = await loadModel(folder, models.landmarks, runtime);
  const embed = await loadModel(folder, models.embed, runtime);
  const pose = await loadModel(folder, models.pose, runtime);
  const liveness = await loadModel(folder, models.liveness, runtime);
  const eyes = await loadModel(folder, models.eyes, runtime);
  return { detect, landmarks, embed, pose, liveness, eyes };
}
