import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../support/run/paths.js';

const program = pathToFileURL(join(projectRoot, 'web/guidance-runtime.mjs')).href;

test('the runtime of the page computes what the whole runtime computes, and has a third of its bytes', async () => {
  const { readPageModels, runModels, runtimeFolder, trimRuntime, writeTrimmedRuntime } = await import(program);
  const whole = readFileSync(join(runtimeFolder, 'ort-wasm-simd-threaded.wasm'));
  const trimmed = readFileSync(writeTrimmedRuntime());
  expect(trimmed.length).toBeLessThan(0.4 * whole.length);
  const models = await readPageModels();
  const { outputs } = await runModels(trimmed, models);
  expect(outputs.map((each: readonly unknown[]) => each.length)).toEqual([2, 1]);
  expect(outputs).toEqual((await runModels(whole, models)).outputs);
  await expect(
    runModels(
      trimRuntime(whole, () => false),
      models,
    ),
  ).rejects.toThrow('unreachable');
});
