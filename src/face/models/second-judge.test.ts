import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { hasSecondJudge, secondJudgeFiles } from '../../../support/data/second-judge.js';
import { createFolder } from '../../../support/run/folder.js';
import { createSeededRandom } from '../../core/base/chance.js';
import type { Fetch } from '../../core/ports.js';
import { openJudges } from '../engine/passive-model.js';
import { convertMiniFasNet } from './minifasnet.js';
import { bringSecondJudge, secondJudge } from './second-judge.js';

const withWeights = hasSecondJudge ? test : test.skip;
const noNetwork: Fetch = () => Promise.reject(new TypeError('fetch failed'));
const answer =
  (body: Uint8Array | null, status = 200): Fetch =>
  () =>
    Promise.resolve(new Response(body === null ? null : new Blob([new Uint8Array(body)]), { status }));

const endsEarly: Fetch = () =>
  Promise.resolve(new Response(new ReadableStream({ pull: (body) => body.error(new TypeError('terminated')) })));

test.each<[string, Fetch, string, RegExp]>([
  ['that does not answer', noNetwork, 'model_missing', /without a network, use --file/],
  ['that answers 404', answer(null, 404), 'model_missing', /answers 404/],
  ['that sends another file', answer(Buffer.from('other')), 'model_altered', /SHA-256/],
  ['that ends early', endsEarly, 'model_missing', /ended early/],
  ['that sends too much', answer(Buffer.alloc(secondJudge.bytes + 1)), 'model_altered', /larger/],
])('an address %s brings no model', async (_title, fetch, code, problem) => {
  const folder = createFolder('judge');
  const refusal = { code, detail: { problem: expect.stringMatching(problem) } };
  await expect(bringSecondJudge(folder, null, { fetch })).rejects.toMatchObject(refusal);
  expect(existsSync(join(folder, secondJudge.name))).toBe(false);
});

test('a file that is missing, or not the published one, brings no model', async () => {
  const folder = createFolder('judge');
  const file = join(folder, 'weights.pth');
  const deps = { fetch: noNetwork };
  await expect(bringSecondJudge(folder, file, deps)).rejects.toMatchObject({ code: 'model_missing', detail: { file } });
  writeFileSync(file, Buffer.alloc(secondJudge.bytes));
  await expect(bringSecondJudge(folder, file, deps)).rejects.toMatchObject({ code: 'model_altered', detail: { file } });
  expect(existsSync(join(folder, secondJudge.name))).toBe(false);
});

withWeights('the published weights become a model that the engine accepts as judge', async () => {
  const folder = createFolder('judge');
  const weights = readFileSync(secondJudgeFiles.weights);
  const setting = await bringSecondJudge(folder, null, { fetch: answer(weights) });
  expect(await bringSecondJudge(folder, secondJudgeFiles.weights, { fetch: noNetwork })).toEqual(setting);
  const [opened] = await openJudges([setting]);
  expect(opened).toMatchObject({ manifest: { name: 'minifasnet-v2', licence: 'Apache-2.0' } });
});

const softmax = (scores: readonly number[]): number[] => {
  const powers = scores.map((score) => Math.exp(score - Math.max(...scores)));
  return powers.map((power) => power / powers.reduce((sum, each) => sum + each));
};

withWeights('the converted weights agree within 1e-4 with another conversion, on 100 pictures', async () => {
  const open = (model: Uint8Array) => InferenceSession.create(model, { intraOpNumThreads: 1 });
  const own = await open(await convertMiniFasNet(readFileSync(secondJudgeFiles.weights)));
  const other = await open(readFileSync(secondJudgeFiles.converted));
  const chance = createSeededRandom('pictures of a judge');
  const run = async (session: InferenceSession, input: Tensor): Promise<number[]> => {
    const { [session.outputNames[0]!]: output } = await session.run({ [session.inputNames[0]!]: input });
    return [...(output!.data as Float32Array)];
  };
  for (let round = 0; round < 100; round += 1) {
    const brightest = 1 + chance.below(255);
    const edge = 1 + chance.below(20);
    const blocks = Float32Array.from({ length: 3 * 80 * 80 }, () => chance.below(brightest));
    const picture = blocks.map((_, at) => blocks[at - (at % edge)]!);
    const input = new Tensor('float32', picture, [1, 3, 80, 80]);
    const expected = await run(other, input);
    const differences = softmax(await run(own, input)).map((each, at) => Math.abs(each - expected[at]!));
    expect(Math.max(...differences)).toBeLessThan(1e-4);
  }
  await own.release();
  await other.release();
});
