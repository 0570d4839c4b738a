import { onnxConstant, onnxInput, onnxNode, onnxOutput, writeOnnxModel } from '../../src/face/engine/onnx-file.js';
import { messageField, numberField, textField } from '../../src/face/engine/wire.js';

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
    onnxNode('AveragePool', ['face'], 'cells', [
      ['kernel_shape', [stride, stride]],
      ['strides', [stride, stride]],
    ]),
    onnxNode('Flatten', ['cells'], 'flat'),
    onnxNode('MatMul', ['flat', 'weights'], 'projected'),
  ];
  const last = {
    projection: [onnxNode('Identity', ['projected'], 'numbers')],
    nan: [onnxNode('Sqrt', ['projected'], 'numbers')],
    alike: [onnxNode('Sub', ['projected', 'projected'], 'zero'), onnxNode('Exp', ['zero'], 'numbers')],
    same: [onnxNode('Sub', ['projected', 'projected'], 'zero'), onnxNode('Add', ['zero', 'row'], 'numbers')],
    random: [onnxNode('RandomNormalLike', ['projected'], 'numbers')],
  }[gives];
  const external = [messageField(13, [textField(1, 'location'), textField(2, externalFile ?? '')]), numberField(14, 1)];
  return writeOnnxModel('drawn', [
    ...steps,
    ...last,
    onnxConstant('weights', [inputs, numbers], weights, externalFile === undefined ? undefined : external),
    ...(gives === 'same' ? [onnxConstant('row', [1, numbers], weights.slice(0, numbers))] : []),
    onnxInput('face', [batch, channels, size, size]),
    onnxOutput('numbers', [batch, numbers]),
    ...(drawn.hasSecondOutput === true ? [onnxOutput('flat', [batch, inputs])] : []),
  ]);
}
