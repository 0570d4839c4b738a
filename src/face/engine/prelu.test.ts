import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { replacePRelu } from './models.js';
import { bytesField, type Field, messageField, numberField, textField, writeMessage } from './wire.js';

const columns = 5;

/** An ONNX model that is one PRelu, written by the names and numbers of onnx.proto. */
function toPReluModel(slopes: Float32Array): Uint8Array {
  const toDims = (...sizes: number[]): Field[] => sizes.map((size) => messageField(1, [numberField(1, size)]));
  const tensorType = [numberField(1, 1), messageField(2, toDims(1, slopes.length, 1, columns))];
  const toValue = (name: string): Field[] => [textField(1, name), messageField(2, [messageField(1, tensorType)])];
  const constant = [
    ...[slopes.length, 1, 1].map((size) => numberField(1, size)),
    numberField(2, 1),
    textField(8, 's'),
    bytesField(9, new Uint8Array(slopes.buffer)),
  ];
  const graph = [
    messageField(1, [textField(1, 'x'), textField(1, 's'), textField(2, 'y'), textField(4, 'PRelu')]),
    textField(2, 'graph'),
    messageField(5, constant),
    messageField(11, toValue('x')),
    messageField(12, toValue('y')),
  ];
  return writeMessage([numberField(1, 7), messageField(7, graph), messageField(8, [numberField(2, 9)])]);
}

const holdsPRelu = (model: Uint8Array): boolean => Buffer.from(model).includes('PRelu');

async function run(model: Uint8Array, feeds: Record<string, Tensor>): Promise<Float32Array> {
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1 });
  const { [session.outputNames[0]!]: output } = await session.run(feeds);
  await session.release();
  return output!.data as Float32Array;
}

const float = (min: number, max: number) => fc.float({ min, max, noNaN: true });

test('the replacement of the PRelu operator computes the same values for any slopes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.array(float(-2, 1), { minLength: 1, maxLength: 40 }),
        fc.array(float(-3, 3), { minLength: 1, maxLength: 40 }),
      ),
      fc.infiniteStream(float(-10, 10)),
      async (slopes, numbers) => {
        const x = Float32Array.from([...numbers.take(columns * slopes.length)]);
        const model = toPReluModel(Float32Array.from(slopes));
        const changed = replacePRelu(model);
        expect(holdsPRelu(model)).toBe(true);
        expect(holdsPRelu(changed)).toBe(false);
        const output = await run(changed, { x: new Tensor('float32', x, [1, slopes.length, 1, columns]) });
        x.forEach((value, at) => {
          const expected = value >= 0 ? value : value * slopes[Math.floor(at / columns)]!;
          expect(Math.abs(output[at]! - expected)).toBeLessThan(1e-5);
        });
      },
    ),
    { numRuns: 50 },
  );
});
