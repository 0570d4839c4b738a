import { type Field, readMessage } from './wire.js';

/** @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
const model = { graph: 7 } as const;
const graph = { node: 1, initializer: 5 } as const;
const node = { attribute: 5 } as const;
const attribute = { tensor: 5, graph: 6, tensors: 10, graphs: 11 } as const;
const tensor = { externalData: 13 } as const;

const within = (fields: readonly Field[], ...numbers: readonly number[]): Field[][] =>
  fields.filter(({ number }) => numbers.includes(number)).map(({ content }) => readMessage(content));

const isElsewhere = (fields: readonly Field[]): boolean => fields.some(({ number }) => number === tensor.externalData);

const graphHolds = (fields: readonly Field[]): boolean =>
  within(fields, graph.initializer).some(isElsewhere) ||
  within(fields, graph.node)
    .flatMap((step) => within(step, node.attribute))
    .some(
      (each) =>
        within(each, attribute.tensor, attribute.tensors).some(isElsewhere) ||
        within(each, attribute.graph, attribute.graphs).some(graphHolds),
    );

/**
 * Returns true if an ONNX model references external files. The model's author could choose any path.
 * @throws RangeError if the file is not an ONNX model
 */
export const holdsExternalData = (file: Uint8Array): boolean => within(readMessage(file), model.graph).some(graphHolds);
