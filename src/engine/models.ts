import { InferenceSession, Tensor } from 'onnxruntime-node';
import { FaceError } from '../errors.js';
import { type ModelFile, type ModelName, models } from './manifest.js';
import { readPublishedFile } from './published-file.js';

/** A loaded model. One call at a time: the input is one buffer, used again for every picture. */
export interface Model {
  /** What the next run reads: batch, channel, row, column. */
  readonly input: Float32Array;
  /** Runs on `input` and returns the outputs by name; the caller overwrites what it read of a face. */
  run(): Promise<Readonly<Record<string, Float32Array>>>;
  close(): Promise<void>;
}

/** All models of the manifest. */
export type Models = Readonly<Record<ModelName, Model>>;

/*
 * One thread a session: the pool is as wide as the machine, so more would only fight each other. No arena: it keeps the
 * peak of the largest run for ever; without it a worker is 40 MB smaller and no slower (docs/engine.md).
 */
const sessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  enableCpuMemArena: false,
  enableMemPattern: false,
} as const satisfies InferenceSession.SessionOptions;

async function loadModel(folder: string, expected: ModelFile): Promise<Model> {
  const bytes = await readPublishedFile(folder, expected);
  if (bytes === null) throw new FaceError('model_missing', { file: expected.file });
  const session = await InferenceSession.create(bytes, sessionOptions);
  const input = new Float32Array(expected.input.reduce((product, size) => product * size, 1));
  const tensor = new Tensor('float32', input, expected.input);

  return {
    input,
    async run() {
      const outputs = await session.run({ input: tensor });
      return Object.fromEntries(
        Object.entries(expected.output).map(([name, length]) => {
          const data = outputs[name]?.data;
          if (!(data instanceof Float32Array) || data.length !== length)
            throw new FaceError('internal', { model: expected.file, output: name });
          return [name, data];
        }),
      );
    },
    close: () => session.release(),
  };
}

/**
 * Loads every model, each from the very bytes that were checked against the manifest.
 * @throws FaceError `model_missing`, `model_altered`, naming the file in its detail
 */
export async function loadModels(folder: string): Promise<Models> {
  const [detect, landmarks, embed, pose, liveness, eyes] = await Promise.all([
    loadModel(folder, models.detect),
    loadModel(folder, models.landmarks),
    loadModel(folder, models.embed),
    loadModel(folder, models.pose),
    loadModel(folder, models.liveness),
    loadModel(folder, models.eyes),
  ]);
  return { detect, landmarks, embed, pose, liveness, eyes };
}
