import { bytesField, type Field, messageField, numberField, textField, writeMessage } from './wire.js';

/*
 * Writes models in the ONNX format, for networks that are published in another one.
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 */

const [float, integer, integers] = [1, 2, 7] as const;

export type OnnxAttribute = readonly [name: string, value: number | readonly number[]];

const toAttribute = ([name, value]: OnnxAttribute): Field =>
  messageField(5, [
    textField(1, name),
    ...(typeof value === 'number' ? [numberField(3, value)] : value.map((each) => numberField(8, each))),
    numberField(20, typeof value === 'number' ? integer : integers),
  ]);

export const onnxNode = (
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: readonly OnnxAttribute[] = [],
): Field =>
  messageField(1, [
    ...inputs.map((name) => textField(1, name)),
    textField(2, output),
    textField(4, operator),
    ...attributes.map(toAttribute),
  ]);

/** A constant tensor. `data` is its content as a field, by default its values. */
export const onnxConstant = (
  name: string,
  dims: readonly number[],
  values: Float32Array,
  data: readonly Field[] = [bytesField(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength))],
): Field =>
  messageField(5, [...dims.map((each) => numberField(1, each)), numberField(2, float), textField(8, name), ...data]);

const toValue = (number: number, name: string, dims: readonly (number | string)[]): Field => {
  const shape = dims.map((each) =>
    messageField(1, [typeof each === 'number' ? numberField(1, each) : textField(2, each)]),
  );
  const tensor = messageField(1, [numberField(1, float), messageField(2, shape)]);
  return messageField(number, [textField(1, name), messageField(2, [tensor])]);
};

export const onnxInput = (name: string, dims: readonly (number | string)[]): Field => toValue(11, name, dims);
export const onnxOutput = (name: string, dims: readonly (number | string)[]): Field => toValue(12, name, dims);

/** Writes a model of IR version 7 with the operators of version 13. */
export const writeOnnxModel = (name: string, graph: readonly Field[]): Uint8Array =>
  writeMessage([
    numberField(1, 7),
    messageField(7, [...graph, textField(2, name)]),
    messageField(8, [numberField(2, 13)]),
  ]);
