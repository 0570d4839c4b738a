import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { drawModel } from '../../../support/fakes/onnx.js';
import { modelsFolder } from '../../../support/run/paths.js';
import { models } from './manifest.js';
import { replacePRelu } from './models.js';
import {
  createLevelTable,
  type FloatTensor,
  loadNative,
  loadWebAssembly,
  type Runtime,
  type Session,
  sessionOptions,
} from './runtime.js';

const sizeOf = (dims: readonly number[]): number => dims.reduce((product, size) => product * size, 1);
const toNumbers = (name: string, dims: readonly number[], value = 0): FloatTensor => ({
  name,
  dims,
  data: new Float32Array(sizeOf(dims)).fill(value),
});
const draw = (numbers: Float32Array, seed: number): void => {
  for (let at = 0; at < numbers.length; at += 1) numbers[at] = Math.sin(at / 7 + seed) * Math.cos(at / 1000);
};

describe.each([
  ['native', /^onnxruntime-node \d+\.\d+\.\d+$/, loadNative, null],
  ['in WebAssembly', /^onnxruntime-web \d+\.\d+\.\d+$/, () => loadWebAssembly('of the test'), 'of the test'],
] as const)('the model runtime, %s,', (_kind, name, load, because) => {
  let runtime: Runtime;
  let session: Session;
  const face = () => toNumbers('face', [1, 3, 112, 112]);
  beforeAll(async () => {
    runtime = await load();
    session = await runtime.open(drawModel());
  });
  afterAll(() => session.release());

  test('reports its name, and the reason if it is a fallback', () => {
    expect(runtime.name).toMatch(name);
    expect(runtime.standsInBecause).toBe(because);
  });

  test('opens a built-in model and reports its inputs and outputs', async () => {
    const { file, input, output } = models.detect;
    const opened = await runtime.open(readFileSync(join(modelsFolder, file)));
    expect(opened.inputs).toEqual([{ name: 'input', isTensor: true, type: 'float32', shape: [...input] }]);
    const results = await opened.run(toNumbers('input', input));
    const dims = Object.fromEntries(Object.entries(results).map(([name, result]) => [name, result?.dims]));
    expect(dims).toEqual(output);
    await opened.release();
  });

  test('returns results that the next run does not overwrite', async () => {
    const input = face();
    draw(input.data, 1);
    const first = (await session.run(input)).numbers!.data as Float32Array;
    const copy = first.slice();
    draw(input.data, 2);
    const second = (await session.run(input)).numbers!.data as Float32Array;
    expect(first).toEqual(copy);
    expect(second).not.toEqual(copy);
    expect(copy.some((value) => value !== 0)).toBe(true);
  });

  test('with bound tensors, reuses the same input and output arrays in every run', async () => {
    const input = face();
    const output = toNumbers('numbers', [1, 257]);
    const run = session.bind(input, [output]);
    for (const seed of [1, 2]) {
      draw(input.data, seed);
      await run();
      expect(output.data).toEqual((await session.run(input)).numbers!.data);
    }
    input.data.fill(0);
    await run();
    expect(output.data.every((value) => value === 0)).toBe(true);
  });
});

test('the recognition model computes the same template with the layout optimizations as without them', async () => {
  const { file, input } = models.embed;
  const model = replacePRelu(readFileSync(join(modelsFolder, file)));
  const face = toNumbers('input', input);
  draw(face.data, 3);
  const compute = async (graphOptimizationLevel: 'all' | 'extended') => {
    const session = await InferenceSession.create(model, { ...sessionOptions, graphOptimizationLevel });
    const results = await session.run({ input: new Tensor('float32', face.data, input) });
    await session.release();
    return Object.values(results)[0]!.data as Float32Array;
  };
  const usual = await compute('all');
  const other = await compute('extended');
  const opened = await (await loadNative()).open(model);
  const chosen = Object.values(await opened.run(face))[0]!.data as Float32Array;
  await opened.release();
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
  const cosine = (a: Float32Array, b: Float32Array) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  for (const each of [other, chosen]) expect(cosine(usual, each)).toBeGreaterThan(0.999999);
});

describe('runtimes that share a level table', () => {
  const model = readFileSync(join(modelsFolder, models.eyes.file));
  /** Opens a model and returns the options of each session that was created. */
  const openWith = async (levels: ReturnType<typeof createLevelTable>, file: Uint8Array) => {
    const { create } = InferenceSession;
    const asked: unknown[] = [];
    InferenceSession.create = ((...given: Parameters<typeof create>) => {
      asked.push(given[1]);
      return create.apply(InferenceSession, given);
    }) as typeof create;
    try {
      await (await (await loadNative(levels)).open(file)).release();
    } finally {
      InferenceSession.create = create;
    }
    return asked;
  };

  test('the first runtime records the level of a model; the next opens it only at that level', async () => {
    const levels = createLevelTable(1);
    expect(await openWith(levels, model)).toEqual([sessionOptions]);
    const [recorded] = levels;
    expect(await openWith(levels, model)).toEqual([{ ...sessionOptions, graphOptimizationLevel: 'all' }]);
    levels[0] = recorded! + 1;
    expect(await openWith(levels, model)).toEqual([{ ...sessionOptions, graphOptimizationLevel: 'extended' }]);
  });

  test('if the first cannot open a model, the next times it without a wait', async () => {
    const levels = createLevelTable(1);
    await expect(openWith(levels, new Uint8Array(10))).rejects.toThrow();
    expect([...levels]).toEqual([0]);
    expect(await openWith(levels, model)).toEqual([sessionOptions]);
  });
});
