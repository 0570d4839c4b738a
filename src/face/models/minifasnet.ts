import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { replacePRelu } from '../engine/models.js';
import {
  type OnnxAttribute,
  onnxConstant,
  onnxInput,
  onnxNode,
  onnxOutput,
  writeOnnxModel,
} from '../engine/onnx-file.js';
import type { Field } from '../engine/wire.js';

/**
 * Layers of MiniFASNetV2 in the order of its forward pass. A block is three layers: one that widens, one by channel, one
 * that narrows. A residual block adds its input to its output.
 * @see https://github.com/minivision-ai/Silent-Face-Anti-Spoofing/blob/master/src/model_lib/MiniFASNet.py
 */
const stages = [
  { kind: 'layer', name: 'conv1', stride: 2 },
  { kind: 'layer', name: 'conv2_dw', stride: 1 },
  { kind: 'block', name: 'conv_23' },
  { kind: 'residual', name: 'conv_3', blocks: 4 },
  { kind: 'block', name: 'conv_34' },
  { kind: 'residual', name: 'conv_4', blocks: 6 },
  { kind: 'block', name: 'conv_45' },
  { kind: 'residual', name: 'conv_5', blocks: 2 },
  { kind: 'layer', name: 'conv_6_sep', stride: 1 },
  { kind: 'layer', name: 'conv_6_dw', stride: 1 },
] as const;

const size = 80;
const classes = 3;

/**
 * Places of the tensors in the published file, which PyTorch wrote as a pickle. Its bytes are known, so no pickle is
 * read.
 */
const placesFile = fileURLToPath(new URL('../../../../src/face/models/minifasnet-v2.json', import.meta.url));
const placesGuard = z.record(z.string(), z.object({ at: z.int(), shape: z.array(z.int()) }));

interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Constant of batch normalization that PyTorch adds to the variance. */
const epsilon = 1e-5;

/** Scale and shift of each channel, to which batch normalization amounts once it is trained. */
function toScaleAndShift(name: string, find: (name: string) => Tensor) {
  const weight = find(`${name}.weight`).values;
  const bias = find(`${name}.bias`).values;
  const mean = find(`${name}.running_mean`).values;
  const variance = find(`${name}.running_var`).values;
  const scale = weight.map((each, at) => each / Math.sqrt(variance[at] + epsilon));
  return { scale, shift: bias.map((each, at) => each - mean[at] * scale[at]) };
}

/**
 * Converts the published weights of MiniFASNetV2 to ONNX. Batch normalization is folded into the layer before it. The
 * output has three scores, before softmax.
 * @param file - the published file, of which the caller has verified the digest
 */
export async function convertMiniFasNet(file: Uint8Array): Promise<Uint8Array> {
  const places = placesGuard.parse(JSON.parse(await readFile(placesFile, 'utf8')));
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const graph: Field[] = [];
  let last = 'input';

  const find = (name: string): Tensor => {
    const { at, shape } = places[name];
    const length = shape.reduce((product, size) => product * size, 1);
    return { shape, values: Float32Array.from({ length }, (_, index) => view.getFloat32(at + 4 * index, true)) };
  };
  const addConstant = (name: string, dims: readonly number[], values: Float32Array): string => {
    graph.push(onnxConstant(name, dims, values));
    return name;
  };
  const addNode = (
    operator: string,
    output: string,
    inputs: readonly string[],
    attributes: readonly OnnxAttribute[],
  ) => {
    graph.push(onnxNode(operator, inputs, output, attributes));
    last = output;
  };

  /** Layers over 3 × 3 pixels keep the size, or halve it by their stride. The last one, over 5 × 5, reduces it to one pixel. */
  const addLayer = (name: string, stride: number): void => {
    const { shape, values } = find(`${name}.conv.weight`);
    const [outputs, inputs, kernel] = shape;
    const { scale, shift } = toScaleAndShift(`${name}.bn`, find);
    const ofOutput = values.length / outputs;
    const folded = values.map((each, at) => each * scale[Math.floor(at / ofOutput)]);
    const padding = kernel === 3 ? 1 : 0;
    addNode(
      'Conv',
      `${name}.conv`,
      [last, addConstant(`${name}.weight`, shape, folded), addConstant(`${name}.bias`, [outputs], shift)],
      [
        ['kernel_shape', [kernel, kernel]],
        ['strides', [stride, stride]],
        ['pads', [padding, padding, padding, padding]],
        ['group', inputs === 1 ? outputs : 1],
      ],
    );
    const prelu = `${name}.prelu.weight`;
    if (!Object.hasOwn(places, prelu)) return;
    const slopes = addConstant(`${name}.slopes`, [outputs, 1, 1], find(prelu).values);
    addNode('PRelu', `${name}.prelu`, [last, slopes], []);
  };
  const addBlock = (name: string, stride: number): void => {
    addLayer(`${name}.conv`, 1);
    addLayer(`${name}.conv_dw`, stride);
    addLayer(`${name}.project`, 1);
  };
  const addResidual = (name: string): void => {
    const before = last;
    addBlock(name, 1);
    addNode('Add', `${name}.sum`, [before, last], []);
  };

  for (const stage of stages) {
    if (stage.kind === 'layer') addLayer(stage.name, stage.stride);
    else if (stage.kind === 'block') addBlock(stage.name, 2);
    else for (let at = 0; at < stage.blocks; at += 1) addResidual(`${stage.name}.model.${at}`);
  }

  addNode('Flatten', 'flat', [last], [['axis', 1]]);
  const { shape, values } = find('linear.weight');
  const { scale, shift } = toScaleAndShift('bn', find);
  const folded = values.map((each, at) => each * scale[Math.floor(at / shape[1])]);
  const linear = [addConstant('linear.weight', shape, folded), addConstant('linear.bias', [shape[0]], shift)];
  addNode('Gemm', 'features', [last, ...linear], [['transB', 1]]);
  const { shape: ofProb, values: weights } = find('prob.weight');
  const zeros = addConstant('prob.bias', [classes], new Float32Array(classes));
  addNode('Gemm', 'output', [last, addConstant('prob.weight', ofProb, weights), zeros], [['transB', 1]]);
  return replacePRelu(
    writeOnnxModel('MiniFASNetV2', [
      ...graph,
      onnxInput('input', [1, 3, size, size]),
      onnxOutput('output', [1, classes]),
    ]),
  );
}
