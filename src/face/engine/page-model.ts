import { type ModelFile, models } from './manifest.js';
import { onnxNode } from './onnx-file.js';
import {
  bytesField,
  type Field,
  messageField,
  numberField,
  numberOf,
  readMessage,
  textField,
  writeMessage,
} from './wire.js';

/*
 * Models for the guidance of the capture page. Their weights have 8 bits instead of 32, so that they arrive in a quarter
 * of the time. The model itself multiplies them by a scale for each output channel when it is loaded.
 */

export interface PageModel {
  readonly published: ModelFile;
  /** SHA-256 of the model that the page gets. */
  readonly sha256: string;
}

export const pageModels = {
  detect: {
    published: models.detect,
    sha256: 'b8fad6d4bca1ccd71d28a24ff59ffd1986260ee86f7888f3ffb06d55cf6f8a77',
  },
  landmarks: {
    published: models.landmarks,
    sha256: 'bf5429de76336b0cb5d093a54c834a0a004d9940c4d331bd6fc265ba4299d8cc',
  },
} as const satisfies Record<string, PageModel>;

const graphOfModel = 7;
const initializer = 5;
const tensor = { dims: 1, dataType: 2, name: 8, rawData: 9 } as const;
const [float, int8] = [1, 3] as const;
const most = 127;
/** Smaller tensors keep their weights, because the scales would need as much. */
const leastWeights = 256;

const toTensor = (name: string, dims: readonly number[], type: number, data: Uint8Array): Field =>
  messageField(initializer, [
    ...dims.map((size) => numberField(tensor.dims, size)),
    numberField(tensor.dataType, type),
    textField(tensor.name, name),
    bytesField(tensor.rawData, data),
  ]);

const bytesOf = (values: Float32Array): Uint8Array => new Uint8Array(values.buffer);

/** Returns nodes and weights in place of one tensor of the graph; the tensor itself if it is small. */
function shrink(field: Field): readonly Field[] {
  const parts = readMessage(field.content);
  const of = (number: number): readonly Field[] => parts.filter((part) => part.number === number);
  const dims = of(tensor.dims).map(numberOf);
  const [raw] = of(tensor.rawData);
  const [channels, ...others] = dims;
  if (raw === undefined || others.length === 0 || raw.content.length < 4 * leastWeights) return [field];
  // Copied, because the data may not be aligned to four bytes.
  const weights = new Float32Array(new Uint8Array(raw.content).buffer);
  const each = weights.length / channels;
  const scales = Float32Array.from({ length: channels }, (_, channel) => {
    const largest = weights
      .subarray(channel * each, (channel + 1) * each)
      .reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    return largest === 0 ? 1 : largest / most;
  });
  const small = Int8Array.from(weights, (weight, at) => Math.round(weight / (scales[Math.floor(at / each)] ?? 1)));
  const name = new TextDecoder().decode(of(tensor.name)[0]?.content);
  const [stored, wide, scale] = ['int8', 'wide', 'scale'].map((part) => `${name}/${part}`);
  return [
    onnxNode('Cast', [stored], wide, [['to', float]]),
    onnxNode('Mul', [wide, scale], name),
    toTensor(stored, dims, int8, new Uint8Array(small.buffer)),
    toTensor(scale, [channels, ...others.map(() => 1)], float, bytesOf(scales)),
  ];
}

/** Returns a published model with weights of 8 bits. */
export function toPageModel(file: Uint8Array): Uint8Array {
  const fields = readMessage(file);
  const shrunk = fields.map((field) => {
    if (field.number !== graphOfModel) return field;
    const parts = readMessage(field.content).flatMap((part) => (part.number === initializer ? shrink(part) : [part]));
    // Nodes stand before those that use their output.
    const made = parts.filter(({ content }) => content.length === 0);
    return messageField(graphOfModel, [...made, ...parts.filter(({ content }) => content.length > 0)]);
  });
  return writeMessage(shrunk);
}
