// First, before the runtime.
import './unreported.js';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { FaceError } from '../errors.js';
import { type ModelFile, type ModelName, models } from './manifest.js';
import type { Model } from './model.js';
import { replacePRelu } from './prelu.js';
import { readPublishedFile } from './published-file.js';

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

async function loadModel(folder: string, expected: ModelFile): Promise<Model> {
  const bytes = await readPublishedFile(folder, expected);
  if (bytes === null) throw new FaceError('model_missing', { file: expected.file });
  const session = await InferenceSession.create(replacePRelu(bytes), sessionOptions);
  const input = new Float32Array(expected.input.reduce((product, size) => product * size, 1));
  const feeds = { input: new Tensor('float32', input, expected.input) };
  // Written to in place at every run: fresh outputs would be a third of a megabyte of garbage a photo.
  const outputs = Object.fromEntries(
    Object.entries(expected.output).map(([name, dims]) => [
      name,
      new Float32Array(dims.reduce((product, size) => product * size, 1)),
    ]),
  );
  const fetches = Object.fromEntries(
    Object.entries(expected.output).map(([name, dims]) => [name, new Tensor('float32', outputs[name], dims)]),
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
