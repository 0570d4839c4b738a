import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { twicePhotographed } from '../../../support/data/crafted-pictures.js';
import { createFolder } from '../../../support/run/folder.js';
import { modelsFolder } from '../../../support/run/paths.js';
import { createSeededRandom } from '../../core/base/chance.js';
import { builtInJudge } from '../../core/liveness-policy.js';
import { livenessBoundary } from '../../core/ports.js';
import { models } from './manifest.js';
import { combineScores, toCommonScale } from './passive-liveness.js';
import { digestOfManifest, openJudges } from './passive-model.js';
import { createPipeline } from './pipeline.js';

/* Models for passive liveness in place of the built-in one, or besides it. They are copies of ours. */

const { file, sha256 } = models.liveness;
const reading = { size: 128, channels: 'bgr', mean: [0, 0, 0], deviation: [1, 1, 1], enlargement: 2.7 };

/** A folder with the model, and its setting. `change` states something else. */
function bring(change: object) {
  const folder = createFolder('passive');
  copyFileSync(join(modelsFolder, file), join(folder, file));
  const output = { name: 'output', classes: 3, live: 0 };
  const input = { name: 'input', ...reading };
  const stated = { use: 'liveness', name: 'copy', file, sha256, input, output, bound: livenessBoundary };
  const text = JSON.stringify({ ...stated, licence: 'MIT', origin: 'a package', ...change });
  writeFileSync(join(folder, 'model.json'), text);
  return { folder, manifest: digestOfManifest(text) };
}

async function measure(...judges: ('built-in' | object)[]) {
  const settings = judges.map((each) => (typeof each === 'string' ? builtInJudge : bring(each)));
  const pipeline = await createPipeline(modelsFolder, { judges: await openJudges(settings) });
  try {
    return await pipeline.examine(await twicePhotographed(1), ['liveness'], 'only');
  } finally {
    await pipeline.close();
  }
}

const printClass = { output: { name: 'output', classes: 3, live: 1 } };

test('the engine measures liveness with the configured model, on the scale of its own bound', async () => {
  const { liveness: builtIn, judgeScores } = await measure('built-in');
  expect(judgeScores).toEqual([]);
  expect((await measure({})).liveness).toBeCloseTo(builtIn!, 6);
  expect(Math.abs((await measure(printClass)).liveness! - builtIn!)).toBeGreaterThan(0.01);
  expect((await measure({ bound: 0.5 })).liveness).toBeCloseTo(toCommonScale(builtIn!, 0.5), 6);
});

test('several judges judge by their mean and the mean of their bounds, and each is named with its score', async () => {
  const { liveness: one } = await measure('built-in');
  const { liveness: other } = await measure(printClass);
  const { liveness, judgeScores } = await measure('built-in', { ...printClass, bound: 0.75 });
  expect(liveness).toBeCloseTo(toCommonScale((one! + other!) / 2, 0.4), 6);
  expect(judgeScores).toEqual([
    { judge: 'built-in', probability: expect.closeTo(one!, 6) },
    { judge: 'copy', probability: expect.closeTo(other!, 6) },
  ]);
});

test('pictures pass on the common scale if and only if they reach the model’s own bound together', () => {
  const chance = createSeededRandom('scores of a model');
  for (const bound of [0.03, 0.05, 0.5, 0.7])
    for (let round = 0; round < 2000; round += 1) {
      const scores = Array.from({ length: 1 + chance.below(5) }, () => 0.05 + (0.9 * chance.below(1000)) / 1000);
      const together = combineScores(scores);
      if (Math.abs(together - bound) < 1e-9) continue;
      const scaled = combineScores(scores.map((score) => toCommonScale(score, bound)));
      expect(scaled >= livenessBoundary).toBe(together >= bound);
    }
});

test('one extreme picture does not decide alone, and many low scores outweigh a few high ones', () => {
  expect(combineScores([0, 0.5, 0.5])).toBeCloseTo(1 / (1 + Math.exp(Math.log(999) / 3)), 6);
  expect(combineScores([1, 1, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01])).toBeLessThan(livenessBoundary * 4);
  expect(combineScores([0.2])).toBeCloseTo(0.2, 6);
});

test('a changed manifest or model, or a second judge of the same name, is refused as altered, and a missing one as missing', async () => {
  const { folder, manifest } = bring({});
  const altered = { code: 'model_altered' };
  await expect(openJudges([{ folder, manifest: '0'.repeat(64) }])).rejects.toMatchObject(altered);
  await expect(openJudges([{ folder, manifest }, bring({ licence: 'other' })])).rejects.toMatchObject(altered);
  await expect(openJudges([bring({ name: 'built-in' })])).rejects.toMatchObject(altered);
  const missing = { folder: createFolder('none'), manifest };
  await expect(openJudges([missing])).rejects.toMatchObject({ code: 'model_missing' });
  await expect(measure({ sha256: '0'.repeat(64) })).rejects.toMatchObject(altered);
});
