import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createFolder } from '../../../support/run/folder.js';
import { modelsFolder, projectRoot } from '../../../support/run/paths.js';

/** What a process of its own leaves in its home folder. What it would take for a test run is taken from its environment. */
function leftBy(program: string): string[] {
  const home = createFolder('home');
  const { CI, ORT_RUNNING_UNIT_TESTS, ORT_DISABLE_TELEMETRY, XDG_CACHE_HOME, NODE_OPTIONS, ...env } = process.env;
  const { status, stderr } = spawnSync(process.execPath, ['--eval', `(async () => {${program}})()`], {
    cwd: projectRoot,
    env: { ...env, HOME: home },
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return readdirSync(home, { recursive: true, encoding: 'utf8' });
}

const runtimeAlone = `
  const { InferenceSession } = await import('onnxruntime-node');
  await InferenceSession.create(${JSON.stringify(join(modelsFolder, 'fr_eye.onnx'))});
`;

const pool = `
  const { createEnginePool } = await import(${JSON.stringify(join(projectRoot, 'dist/src/face/engine/pool.js'))});
  const engine = await createEnginePool({ modelsFolder: ${JSON.stringify(modelsFolder)}, workers: 1, queueLimit: 1 });
  await engine.close();
`;

test('starting the engine does not create the model runtime’s telemetry device id', () => {
  expect(leftBy(pool)).toEqual([]);
});

test('the model runtime without the engine does create a telemetry device id', () => {
  expect(leftBy(runtimeAlone)).toContainEqual(expect.stringMatching(/deviceid$/));
});
