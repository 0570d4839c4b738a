// First, before the runtime.
import './unreported.js';
import { resolve } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { FaceError } from '../errors.js';
import { type ModelFile, type ModelName, models } from './manifest.js';
import type { Model } from './model.js';
import { replacePRelu } from './prelu.js';
import type { Preprocess } from './preprocess.js';
import { readPublishedFile } from './published-file.js';
import type { Recogniser, RecognitionModel } from './recogniser.js';

/** All models of the manifest. */
export type Models = Readonly<Record<ModelName, Model>>;

/**
 * One thread a session: the pool is as wide as the machine, so more would only fight each other. The arena without
 * memory patterns is the pair that stays smallest: 243 MiB for two workers after 2,000 photos, against 293 without the
 * arena and 260 with both (docs/engine.md). None of it changes the time.
 */
export const sessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  enableCpuMemArena: true,
  enableMemPattern: false,
} as const satisfies InferenceSession.SessionOptions;

/** What a loaded model takes and gives, by the names of its own file. */
interface Tensors {
  readonly input: { readonly name: string; readonly dims: readonly number[] };
  /** Under which name each is told, the name it has, and its dimensions. */
  readonly outputs: readonly (readonly [told: string, name: string, dims: readonly number[]])[];
}

const sizeOf = (dims: readonly number[]): number => dims.reduce((product, size) => product * size, 1);

async function startSession(file: Uint8Array, tensors: Tensors): Promise<Model> {
  const session = await InferenceSession.create(file, sessionOptions);
  const input = new Float32Array(sizeOf(tensors.input.dims));
  const feeds = { [tensors.input.name]: new Tensor('float32', input, tensors.input.dims) };
  // Written to in place at every run: fresh outputs would be a third of a megabyte of garbage a photo.
  const outputs = Object.fromEntries(tensors.outputs.map(([told, , dims]) => [told, new Float32Array(sizeOf(dims))]));
  const fetches = Object.fromEntries(
    tensors.outputs.map(([told, name, dims]) => [name, new Tensor('float32', outputs[told], dims)]),
  );

  return {
    input,
    async run() {
      await session.run(feeds, fetches);
      return outputs;
    },
    close: () => session.release(),
  };
}

async function loadModel(folder: string, expected: ModelFile): Promise<Model> {
  const bytes = await readPublishedFile(folder, expected);
  if (bytes === null) throw new FaceError('model_missing', { file: expected.file, folder: resolve(folder) });
  return startSession(replacePRelu(bytes), {
    input: { name: 'input', dims: expected.input },
    outputs: Object.entries(expected.output).map(([name, dims]) => [name, name, dims]),
  });
}

/**
 * Loads a recognition model of one's own from the very bytes that were checked; it gives its numbers as `output`.
 * @throws FaceError `model_missing`, `model_altered`, naming the file in its detail
 */
export async function loadRecognitionModel({ folder, model, preprocess }: Recogniser): Promise<Model> {
  const bytes = await readPublishedFile(folder, model);
  if (bytes === null) throw new FaceError('model_missing', { file: model.file, folder: resolve(folder) });
  return startRecognitionModel(bytes, model, preprocess);
}

/** The same of bytes that are at hand. Throws what the model runtime throws. */
export const startRecognitionModel = (
  file: Uint8Array,
  { input, output, numbers }: Pick<RecognitionModel, 'input' | 'output' | 'numbers'>,
  { size }: Pick<Preprocess, 'size'>,
): Promise<Model> =>
  startSession(file, {
    input: { name: input, dims: [1, 3, size, size] },
    outputs: [['output', output, [1, numbers]]],
  });

/**
 * Loads every model, each from the very bytes that were checked against the manifest, with PRelu said in other words.
 * @throws FaceError `model_missing`, `model_altered`, naming the file in its detail
 */
export async function loadModels(folder: string): Promise<Models> {
  // One after the other: what loading one takes beside it is used again for the next. At once they hold 11 MiB a thread more.
  const detect = await loadModel(folder, models.detect);
  const landmarks = await loadModel(folder, models.landmarks);
  const embed = await loadModel(folder, models.embed);
  const pose = await loadModel(folder, models.pose);
  const liveness = await loadModel(folder, models.liveness);
  const eyes = await loadModel(folder, models.eyes);
  return { detect, landmarks, embed, pose, liveness, eyes };
}
