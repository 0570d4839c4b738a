import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { demoPhotosFolder } from '../../../examples/demo/pictures.js';
import { modelsFolder } from '../../../support/run/paths.js';
import { toCode } from '../../errors.js';
import { listen } from '../../http/listen.js';
import { modelPackage } from '../engine/manifest.js';
import { fetchDemoPhotos, fetchModels, hasNoModels, importModels } from './fetch.js';

let folder: string;
const lines: string[] = [];
const say = (line: string): void => {
  lines.push(line);
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'facestep-fetch-'));
  lines.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('if all files are present and intact, nothing is fetched or printed', async () => {
  await fetchModels(modelsFolder, say);
  await fetchDemoPhotos(demoPhotosFolder, say);
  expect(lines).toEqual([]);
  expect(readdirSync(modelsFolder).sort()).toEqual(modelPackage.files.map(({ file }) => file).sort());
});

test('an altered model file is refused, named, and not overwritten', async () => {
  writeFileSync(join(folder, 'fr_detect.onnx'), 'altered');
  expect(await fetchModels(folder, say).then(() => null, toCode)).toBe('model_altered');
  expect(readFileSync(join(folder, 'fr_detect.onnx'), 'utf8')).toBe('altered');
  expect(lines.join()).toContain('fr_detect.onnx');
});

test('only a folder without any model counts as a new installation', async () => {
  expect(await hasNoModels(folder)).toBe(true);
  writeFileSync(join(folder, 'fr_eye.onnx'), 'one');
  expect(await hasNoModels(folder)).toBe(false);
});

describe('a manually supplied model archive', () => {
  test.each([
    ['is truncated', 1000, `it is incomplete: 1000 of the ${modelPackage.archiveBytes} bytes of faceplugin@1.0.3`],
    ['has another digest', modelPackage.archiveBytes, 'its digest is not that of faceplugin@1.0.3'],
  ])('is refused if it %s, and no files of it are stored', async (_name, bytes, problem) => {
    const archive = join(folder, 'archive.tgz');
    writeFileSync(archive, Buffer.alloc(bytes, 1));
    const refusal = importModels(archive, join(folder, 'models'), say);
    await expect(refusal).rejects.toMatchObject({ code: 'model_altered', detail: { problem } });
    expect(readdirSync(join(folder, 'models'))).toEqual([]);
  });
});

/** Fetches with these variables set. */
async function fetchWith(env: Record<string, string>): Promise<void> {
  const before = Object.fromEntries(Object.keys(env).map((name) => [name, process.env[name]]));
  Object.assign(process.env, env);
  try {
    await fetchModels(join(folder, 'models'), say);
  } finally {
    for (const [name, value] of Object.entries(before))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  }
}

test('a fetch without a network reports the cause and leaves no files', async () => {
  const npm_config_cache = join(folder, 'npm-cache');
  await expect(fetchWith({ npm_config_registry: 'http://127.0.0.1:9/', npm_config_cache })).rejects.toMatchObject({
    code: 'model_missing',
    detail: { problem: 'the registry does not answer' },
  });
  await expect(fetchWith({ npm_config_offline: 'true', npm_config_cache })).rejects.toMatchObject({
    detail: { problem: 'npm is in offline mode and does not have it' },
  });
  expect(readdirSync(join(folder, 'models'))).toEqual([]);
});

test('a tarball from the registry with another digest is refused, and no files of it are stored', async () => {
  const asked: string[] = [];
  const server = await listen(
    ({ url = '' }, response) => {
      asked.push(url);
      if (url.endsWith('.tgz')) return response.end(gzipSync('not the model'));
      const dist = { tarball: `http://127.0.0.1:${server.port}/faceplugin.tgz`, integrity: modelPackage.integrity };
      const version = { name: 'faceplugin', version: '1.0.3', dist };
      response.setHeader('content-type', 'application/json');
      return response.end(JSON.stringify({ name: 'faceplugin', 'dist-tags': {}, versions: { '1.0.3': version } }));
    },
    { host: '127.0.0.1', port: 0 },
  );
  const npm_config_registry = `http://127.0.0.1:${server.port}/`;
  const fetching = fetchWith({ npm_config_registry, npm_config_cache: join(folder, 'npm-cache') });
  await expect(fetching).rejects.toMatchObject({ code: 'model_missing' });
  await server.stop();
  expect(asked.some((url) => url.endsWith('.tgz'))).toBe(true);
  expect(readdirSync(join(folder, 'models'))).toEqual([]);
});
