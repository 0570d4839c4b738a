import {
  bytesField,
  type Field,
  messageField,
  numberField,
  textField,
  writeMessage,
} from '../../src/face/engine/wire.js';

/*
 * Tiny recognition models in the onnx.proto format, which project a picture of 8 × 8 pixels randomly. They recognize
 * no one.
 */

export interface DrawnModel {
  readonly size?: number;
  readonly numbers?: number;
  readonly seed?: number;
  readonly isBatched?: boolean;
  readonly channels?: number;
  /** `nan`: roots of negative numbers; `alike`: one repeated number; `same`: the same embedding for everyone. */
  readonly gives?: 'projection' | 'nan' | 'alike' | 'same' | 'random';
  readonly externalFile?: string;
  readonly hasSecondOutput?: boolean;
}

const cells = 8;
const [float, ints] = [1, 7] as const;

const dimension = (value: number | string): Field =>
  messageField(1, [typeof value === 'number' ? numberField(1, value) : textField(2, value)]);

const value = (number: number, name: string, dims: readonly (number | string)[]): Field => {
  const tensor = [numberField(1, float), messageField(2, dims.map(dimension))];
  return messageField(number, [textField(1, name), messageField(2, [messageField(1, tensor)])]);
};

const node = (opType: string, inputs: readonly string[], output: string, attributes: readonly Field[][] = []): Field =>
  messageField(1, [
    ...inputs.map((name) => textField(1, name)),
    textField(2, output),
    textField(4, opType),
    ...attributes.map((each) => messageField(5, each)),
  ]);

const intsAttribute = (name: string, values: readonly number[]): Field[] => [
  textField(1, name),
  ...values.map((each) => numberField(8, each)),
  numberField(20, ints),
];

const noise = (seed: number, at: number): number => {
  const turned = Math.sin(seed * 12.9898 + at * 78.233) * 43758.5453;
  return 2 * (turned - Math.floor(turned)) - 1;
};

export function drawModel(drawn: DrawnModel = {}): Uint8Array {
  const {
    size = 112,
    numbers = 257,
    seed = 1,
    isBatched = false,
    channels = 3,
    gives = 'projection',
    externalFile,
  } = drawn;
  const inputs = channels * cells * cells;
  const weights = Float32Array.from({ length: inputs * numbers }, (_, at) => noise(seed, at));
  const batch = isBatched ? 'batch' : 1;
  const stride = Math.floor(size / cells);
  const steps = [
    node('AveragePool', ['face'], 'cells', [
      intsAttribute('kernel_shape', [stride, stride]),
      intsAttribute('strides', [stride, stride]),
    ]),
    node('Flatten', ['cells'], 'flat'),
    node('MatMul', ['flat', 'weights'], 'projected'),
  ];
  const last = {
    projection: [node('Identity', ['projected'], 'numbers')],
    nan: [node('Sqrt', ['projected'], 'numbers')],
    alike: [node('Sub', ['projected', 'projected'], 'zero'), node('Exp', ['zero'], 'numbers')],
    same: [node('Sub', ['projected', 'projected'], 'zero'), node('Add', ['zero', 'row'], 'numbers')],
    random: [node('RandomNormalLike', ['projected'], 'numbers')],
  }[gives];
  const row = messageField(5, [
    ...[1, numbers].map((each) => numberField(1, each)),
    numberField(2, float),
    textField(8, 'row'),
    bytesField(9, new Uint8Array(weights.slice(0, numbers).buffer)),
  ]);
  const data =
    externalFile === undefined
      ? [bytesField(9, new Uint8Array(weights.buffer))]
      : [messageField(13, [textField(1, 'location'), textField(2, externalFile)]), numberField(14, 1)];
  const graph = [
    ...steps,
    ...last,
    textField(2, 'drawn'),
    messageField(5, [
      ...[inputs, numbers].map((each) => numberField(1, each)),
      numberField(2, float),
      textField(8, 'weights'),
      ...data,
    ]),
    ...(gives === 'same' ? [row] : []),
    value(11, 'face', [batch, channels, size, size]),
    value(12, 'numbers', [batch, numbers]),
    ...(drawn.hasSecondOutput === true ? [value(12, 'flat', [batch, inputs])] : []),
  ];
  return writeMessage([numberField(1, 7), messageField(7, graph), messageField(8, [numberField(2, 13)])]);
}
