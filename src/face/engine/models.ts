import { resolve } from 'node:path';
import { builtInJudge } from '../../core/liveness-policy.js';
import { FaceError } from '../../errors.js';
import type { Preprocess, Recogniser, RecognitionModel } from './embed.js';
import { type ModelFile, type ModelName, models } from './manifest.js';
import type { Model } from './model.js';
import { onnxConstant, onnxNode } from './onnx-file.js';
import type { JudgeSource, PassiveModel } from './passive-model.js';
import { readPublishedFile } from './published-file.js';
import type { Runtime } from './runtime.js';
import { type Field, messageField, readMessage, writeMessage } from './wire.js';

/*
 * The model runtime has no fast kernel for PRelu, which took half of the time of recognition. PRelu with slope s is
 * therefore replaced by the equal expression s·x + (1 − s)·max(x, 0).
 */

const model = { graph: 7 } as const;
const graph = { node: 1, initializer: 5 } as const;
const node = { input: 1, output: 2, opType: 4 } as const;
const tensor = { name: 8, rawData: 9 } as const;

const decoder = new TextDecoder();

const textsOf = (fields: readonly Field[], number: number): string[] =>
  fields.filter((field) => field.number === number).map(({ content }) => decoder.decode(content));

interface PRelu {
  readonly input: string;
  readonly slopes: string;
  readonly output: string;
}

function toPRelu(field: Field): PRelu | null {
  if (field.number !== graph.node) return null;
  const parts = readMessage(field.content);
  if (!textsOf(parts, node.opType).includes('PRelu')) return null;
  const [input, slopes] = textsOf(parts, node.input);
  const [output] = textsOf(parts, node.output);
  return { input, slopes, output };
}

const toRest = (slopes: string): string => `${slopes}/rest`;

function toSteps({ input, slopes, output }: PRelu, values: Float32Array): Field[] {
  const [between, positive, linear] = ['between', 'positive', 'linear'].map((part) => `${output}/${part}`);
  const scale = (from: string, factors: string, to: string): Field =>
    onnxNode('Conv', [from, factors], to, [['group', values.length]]);
  const toPositive = values.every((slope) => slope <= 1)
    ? [scale(input, toRest(slopes), between), onnxNode('Relu', [between], positive)]
    : [onnxNode('Relu', [input], between), scale(between, toRest(slopes), positive)];
  return [...toPositive, scale(input, slopes, linear), onnxNode('Add', [linear, positive], output)];
}

function replaceInGraph(fields: readonly Field[], prelus: ReadonlyMap<Field, PRelu>): Field[] {
  const names = new Set([...prelus.values()].map(({ slopes }) => slopes));
  const valuesOf = new Map<string, Float32Array>();
  const constants = fields.flatMap((field) => {
    if (field.number !== graph.initializer) return [];
    const parts = readMessage(field.content);
    const [name] = textsOf(parts, tensor.name);
    if (!names.has(name)) return [field];
    const [raw] = parts.filter(({ number }) => number === tensor.rawData);
    // Copied, because the data may not be aligned to four bytes.
    const values = new Float32Array(new Uint8Array(raw.content).buffer);
    valuesOf.set(name, values);
    const dims = [values.length, 1, 1, 1];
    const rest = values.map((slope) => 1 - slope);
    return [onnxConstant(name, dims, values), onnxConstant(toRest(name), dims, rest)];
  });
  const others = fields.flatMap((field) => {
    if (field.number === graph.initializer) return [];
    const prelu = prelus.get(field);
    const values = prelu === undefined ? undefined : valuesOf.get(prelu.slopes);
    return prelu === undefined || values === undefined ? [field] : toSteps(prelu, values);
  });
  return [...others, ...constants];
}

export function replacePRelu(file: Uint8Array): Uint8Array {
  const fields = readMessage(file);
  const ofGraph = fields.filter(({ number }) => number === model.graph).flatMap(({ content }) => readMessage(content));
  const prelus = new Map<Field, PRelu>();
  for (const field of ofGraph) {
    const prelu = toPRelu(field);
    if (prelu !== null) prelus.set(field, prelu);
  }
  if (prelus.size === 0) return file;
  const others = fields.filter(({ number }) => number !== model.graph);
  return writeMessage([...others, messageField(model.graph, replaceInGraph(ofGraph, prelus))]);
}

export type Models = Readonly<Record<Exclude<ModelName, 'liveness'>, Model>>;

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

/** Verifies and loads the model of a judge of passive liveness. */
export const loadJudge = (folder: string, source: JudgeSource, runtime: Runtime): Promise<Model> =>
  source === builtInJudge ? loadModel(folder, models.liveness, runtime) : loadPassiveModel(source, runtime);

export async function loadPassiveModel({ folder, manifest }: PassiveModel, runtime: Runtime): Promise<Model> {
  const { input, output } = manifest;
  const bytes = await readPublishedFile(folder, manifest);
  if (bytes === null) throw new FaceError('model_missing', { file: manifest.file, folder });
  return startSession(
    bytes,
    {
      input: { name: input.name, dims: [1, 3, input.size, input.size] },
      outputs: [['output', output.name, [1, output.classes]]],
    },
    runtime,
  );
}

/** Verifies and loads the bundled models, without that of passive liveness. Their PRelu nodes, which are slow, are replaced. */
export async function loadModels(folder: string, runtime: Runtime): Promise<Models> {
  const detect = await loadModel(folder, models.detect, runtime);
  const landmarks = await loadModel(folder, models.landmarks, runtime);
  const embed = await loadModel(folder, models.embed, runtime);
  const pose = await loadModel(folder, models.pose, runtime);
  return { detect, landmarks, embed, pose, eyes: await loadModel(folder, models.eyes, runtime) };
}
