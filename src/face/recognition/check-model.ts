import type { Clock } from '../../core/ports.js';
import { FaceError } from '../../errors.js';
import {
  createFaceEmbedder,
  embeddingNumbers,
  type FaceDescription,
  leastNumbers,
  type Preprocess,
  type RecognitionModel,
} from '../engine/embed.js';
import { loadPassiveModel, startRecognitionModel } from '../engine/models.js';
import { createPassiveJudge } from '../engine/passive-liveness.js';
import type { PassiveModel } from '../engine/passive-model.js';
import type { Picture } from '../engine/picture.js';
import { loadRuntime, type Runtime, type Session, toErrorSummary } from '../engine/runtime.js';
import { type Field, readMessage } from '../engine/wire.js';

/** @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
const model = { graph: 7 } as const;
const graph = { node: 1, initializer: 5 } as const;
const node = { attribute: 5 } as const;
const attribute = { tensor: 5, graph: 6, tensors: 10, graphs: 11 } as const;
const tensor = { externalData: 13 } as const;

/** Parses the submessages that have one of these field numbers. */
const readSubmessages = (fields: readonly Field[], ...fieldNumbers: readonly number[]): Field[][] =>
  fields.filter(({ number }) => fieldNumbers.includes(number)).map(({ content }) => readMessage(content));

const isExternal = (fields: readonly Field[]): boolean => fields.some(({ number }) => number === tensor.externalData);

const graphHasExternalData = (fields: readonly Field[]): boolean =>
  readSubmessages(fields, graph.initializer).some(isExternal) ||
  readSubmessages(fields, graph.node)
    .flatMap((step) => readSubmessages(step, node.attribute))
    .some(
      (each) =>
        readSubmessages(each, attribute.tensor, attribute.tensors).some(isExternal) ||
        readSubmessages(each, attribute.graph, attribute.graphs).some(graphHasExternalData),
    );

/**
 * Returns true if an ONNX model references external files. The model's author could choose any path.
 * @throws RangeError if the file is not an ONNX model
 */
const hasExternalData = (file: Uint8Array): boolean =>
  readSubmessages(readMessage(file), model.graph).some(graphHasExternalData);

/** A model that cannot be used. The message has the reason. */
export class UnfitModelError extends Error {
  override readonly name = 'UnfitModelError';
}

const unfit = (problem: string, cause?: unknown): UnfitModelError => new UnfitModelError(problem, { cause });

const isOrMayBe = (found: number | string | undefined, wanted: number): boolean =>
  found === wanted || typeof found === 'string' || found === -1;

type Metadata = Session['inputs'][number];

const toShape = (metadata: Metadata): string =>
  metadata.isTensor ? `${metadata.type} ${metadata.shape.join(' × ')}` : 'no tensor';

function isFace(metadata: Metadata, size: number): boolean {
  if (!metadata.isTensor || metadata.type !== 'float32' || metadata.shape.length !== 4) return false;
  return [1, 3, size, size].every((wanted, at) => isOrMayBe(metadata.shape[at], wanted));
}

async function countNumbers(session: Session, name: string, size: number): Promise<number> {
  const [output] = session.outputNames;
  const face = { name, dims: [1, 3, size, size], data: new Float32Array(3 * size * size).fill(0.5) };
  const results = await session.run(face).catch((error: unknown) => {
    throw unfit(`it does not run: ${toErrorSummary(error)}`, error);
  });
  const { type, dims } = results[output];
  if (type !== 'float32' || dims.length !== 2 || dims[0] !== 1)
    throw unfit(`it gives ${type} ${dims.join(' × ')}, not float32 1 × ${leastNumbers} to ${embeddingNumbers}`);
  if (dims[1] < leastNumbers || dims[1] > embeddingNumbers)
    throw unfit(`it gives ${dims[1]} numbers, not ${leastNumbers} to ${embeddingNumbers}`);
  return dims[1];
}

/** Draws a simple face that is lit from one side. `variant` changes position and colors. */
function drawFace(size: number, variant: number): Picture {
  const data = new Uint8Array(3 * size * size);
  const isWithin = (x: number, y: number, cx: number, cy: number, r: number): boolean =>
    (x - cx) ** 2 + (y - cy) ** 2 < r ** 2;
  for (let row = 0; row < size; row += 1)
    for (let column = 0; column < size; column += 1) {
      const x = column / size;
      const y = row / size - 0.02 * variant;
      const isHead = isWithin(x, y * 0.85, 0.5, 0.45, 0.36);
      const isDark =
        isWithin(x, y, 0.35, 0.46, 0.05) ||
        isWithin(x, y, 0.65, 0.46, 0.05 + 0.02 * variant) ||
        (isWithin(x, y, 0.5, 0.78, 0.12) && y > 0.8);
      const light = 0.6 + 0.4 * x;
      const colour = isDark
        ? [40, 20, 30]
        : isHead
          ? [200 - 60 * variant, 150, 120 + 40 * variant]
          : [70, 90 + 50 * variant, 160];
      for (const [channel, value] of colour.entries()) data[3 * (row * size + column) + channel] = value * light;
    }
  return { data, widthPx: size, heightPx: size };
}

const isAlike = (one: Float32Array, other: Float32Array, within: number): boolean =>
  one.every((value, at) => Math.abs(value - other[at]) <= within);

/**
 * Checks that a recognition model returns 257 to 512 meaningful numbers.
 * @returns also the time per face
 * @throws UnfitModelError, `runtime_unavailable`
 */
export async function checkModel(
  file: Uint8Array,
  preprocess: Preprocess,
  clock: Clock,
  load = loadRuntime,
): Promise<Pick<RecognitionModel, 'input' | 'output' | 'numbers'> & { readonly faceMs: number }> {
  const { size } = preprocess;
  if (mayHoldExternalData(file)) throw unfit('its weights are in separate files: save it as one file');
  const runtime = await load();
  const session = await runtime.open(file).catch((error: unknown) => {
    if (error instanceof FaceError) throw error;
    throw unfit(`the model runtime does not load it: ${toErrorSummary(error)}`, error);
  });
  let tensors: Pick<RecognitionModel, 'input' | 'output' | 'numbers'>;
  try {
    const [input, ...otherInputs] = session.inputs;
    if (input === undefined || otherInputs.length > 0 || !isFace(input, size)) {
      const found = session.inputs.map(toShape).join('; ');
      throw unfit(`it takes ${found === '' ? 'nothing' : found}, not float32 1 × 3 × ${size} × ${size}`);
    }
    const { length } = session.outputNames;
    if (length !== 1) throw unfit(`it gives ${length} tensors, not one`);
    tensors = {
      input: input.name,
      output: session.outputNames[0],
      numbers: await countNumbers(session, input.name, size),
    };
  } finally {
    await session.release();
  }
  return { ...tensors, faceMs: await tryOut(file, tensors, preprocess, { clock, runtime }) };
}

function mayHoldExternalData(file: Uint8Array): boolean {
  try {
    return hasExternalData(file);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw unfit('it is truncated, or not an ONNX file', error);
  }
}

async function tryOut(
  file: Uint8Array,
  tensors: Pick<RecognitionModel, 'input' | 'output' | 'numbers'>,
  preprocess: Preprocess,
  { clock, runtime }: { readonly clock: Clock; readonly runtime: Runtime },
): Promise<number> {
  const model = await startRecognitionModel(file, tensors, preprocess, runtime);
  const embed = createFaceEmbedder(model, preprocess);
  const asItIs = { origin: { x: 0, y: 0 }, across: { x: 1, y: 0 }, down: { x: 0, y: 1 } };
  const describe = (variant: number): Promise<FaceDescription> =>
    embed(drawFace(preprocess.size, variant), asItIs).catch((error: unknown) => {
      throw unfit('for a generated face, its output has invalid numbers or only 0', error);
    });
  try {
    const first = await describe(0);
    const startedAt = clock.now();
    const other = await describe(1);
    const again = await describe(0);
    const faceMs = (clock.now() - startedAt) / 2;
    const numbers = first.embedding.subarray(0, tensors.numbers);
    if (isAlike(numbers, numbers.slice().fill(numbers[0]), 1e-6))
      throw unfit('for a generated face, all its numbers are equal');
    if (isAlike(first.embedding, other.embedding, 1e-6)) throw unfit('its output is the same for two different faces');
    if (!isAlike(first.embedding, again.embedding, 0)) throw unfit('its output differs each time for one face');
    return faceMs;
  } finally {
    await model.close();
  }
}

/**
 * Checks that a passive-liveness model runs, and gives different probabilities for different pictures.
 * @throws UnfitModelError, `model_missing`, `model_altered`, `runtime_unavailable`
 */
export async function checkPassiveModel(passive: PassiveModel, file: Uint8Array, load = loadRuntime): Promise<void> {
  if (mayHoldExternalData(file)) throw unfit('its weights are in separate files: save it as one file');
  const model = await loadPassiveModel(passive, await load()).catch((error: unknown) => {
    if (error instanceof FaceError) throw error;
    throw unfit(`the model runtime does not load it: ${toErrorSummary(error)}`, error);
  });
  const { size } = passive.manifest.input;
  const box = { x: size / 4, y: size / 4, width: size / 2, height: size / 2 };
  const { judge } = createPassiveJudge(model, passive.manifest);
  try {
    const found: number[] = [];
    for (const variant of [0, 1])
      found.push(
        await judge(drawFace(size, variant), box).catch((error: unknown) => {
          throw unfit(`it does not run: ${toErrorSummary(error)}`, error);
        }),
      );
    if (!found.every(Number.isFinite)) throw unfit('for a generated face, its output has invalid numbers');
    if (new Set(found).size === 1) throw unfit('its output is the same for two different faces');
  } finally {
    await model.close();
  }
}
