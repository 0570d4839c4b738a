import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { demoPhotosFolder } from '../../examples/demo/pictures.js';
import { modelsFolder, projectRoot } from '../../test/paths.js';
import { modelPackage } from '../engine/manifest.js';
import { type FaceError, toCode } from '../errors.js';
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

test('nothing is fetched and nothing said where all files are there and right', async () => {
  await fetchModels(modelsFolder, say);
  await fetchDemoPhotos(demoPhotosFolder, say);
  expect(lines).toEqual([]);
  expect(readdirSync(modelsFolder).sort()).toEqual(modelPackage.files.map(({ file }) => file).sort());
});

test('an altered file is refused, named, and left as it is', async () => {
  writeFileSync(join(folder, 'fr_detect.onnx'), 'altered');
  expect(await fetchModels(folder, say).then(() => null, toCode)).toBe('model_altered');
  expect(readFileSync(join(folder, 'fr_detect.onnx'), 'utf8')).toBe('altered');
  expect(lines.join()).toContain('fr_detect.onnx');
});

/** A tar archive of one file. */
function tarOf(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        0', 148);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([header, content, padding, Buffer.alloc(1024)]);
}

test('a new installation is one without any model, not one of which one was taken away', async () => {
  expect(await hasNoModels(folder)).toBe(true);
  writeFileSync(join(folder, 'fr_eye.onnx'), 'one');
  expect(await hasNoModels(folder)).toBe(false);
});

describe('an archive that was brought', () => {
  const refusalOf = async (archive: string, to = join(folder, 'models')): Promise<FaceError> =>
    importModels(archive, to, say).then(
      () => {
        throw new Error('it was taken');
      },
      (error: FaceError) => error,
    );

  test('is refused where it is cut off, with how much of it there is, and nothing of it is kept', async () => {
    const archive = join(folder, 'half.tgz');
    writeFileSync(archive, Buffer.alloc(1000, 1));
    expect(await refusalOf(archive)).toMatchObject({
      code: 'model_altered',
      detail: { problem: `it is cut off: 1000 of the ${modelPackage.archiveBytes} bytes of faceplugin@1.0.3` },
    });
    expect(readdirSync(join(folder, 'models'))).toEqual([]);
  });

  test('is refused where its digest is another', async () => {
    const archive = join(folder, 'other.tgz');
    writeFileSync(archive, Buffer.alloc(modelPackage.archiveBytes, 1));
    expect(await refusalOf(archive)).toMatchObject({
      code: 'model_altered',
      detail: { problem: 'its digest is not that of faceplugin@1.0.3' },
    });
  });
});

describe('a fetch that fails says why', () => {
  const fetchWith = async (env: Record<string, string>): Promise<FaceError> => {
    const before = { ...process.env };
    Object.assign(process.env, env);
    try {
      return await fetchModels(join(folder, 'models'), say).then(
        () => {
          throw new Error('it was fetched');
        },
        (error: FaceError) => error,
      );
    } finally {
      for (const name of Object.keys(env)) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    }
  };

  test('without npm', async () => {
    expect((await fetchWith({ PATH: folder })).detail).toMatchObject({
      problem: 'npm is not installed on this machine',
    });
  });

  test('where npm cannot write its cache', async () => {
    const { detail } = await fetchWith({ npm_config_cache: join(projectRoot, 'package.json/cache') });
    expect(detail).toMatchObject({
      problem: expect.stringMatching(/npm cannot write its cache.*set npm_config_cache/),
    });
  });

  test('without a network', async () => {
    const cache = join(folder, 'npm-cache');
    const error = await fetchWith({ npm_config_registry: 'http://127.0.0.1:9/', npm_config_cache: cache });
    expect(error).toMatchObject({ code: 'model_missing', detail: { problem: 'the registry does not answer' } });
    const offline = await fetchWith({ npm_config_offline: 'true', npm_config_cache: cache });
    expect(offline.detail).toMatchObject({ problem: 'npm is in offline mode and does not have it' });
    expect(readdirSync(join(folder, 'models'))).toEqual([]);
  });
});

test('a registry that serves another tarball under the name is refused, and nothing of it is kept', async () => {
  const tarball = gzipSync(tarOf('package/model/fr_detect.onnx', Buffer.from('not the model')));
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const { port } = server.address() as AddressInfo;
    if (request.url?.endsWith('.tgz')) return response.end(tarball);
    const dist = { tarball: `http://127.0.0.1:${port}/faceplugin.tgz`, integrity: modelPackage.integrity };
    const version = { name: 'faceplugin', version: '1.0.3', dist };
    response.setHeader('content-type', 'application/json');
    return response.end(JSON.stringify({ name: 'faceplugin', 'dist-tags': {}, versions: { '1.0.3': version } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const before = { ...process.env };
  Object.assign(process.env, {
    npm_config_registry: `http://127.0.0.1:${port}/`,
    npm_config_cache: join(folder, 'npm-cache'),
  });
  try {
    expect(await fetchModels(join(folder, 'models'), say).then(() => null, toCode)).toBe('model_missing');
  } finally {
    for (const name of ['npm_config_registry', 'npm_config_cache']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
    await new Promise((resolve) => server.close(resolve));
  }
  expect(asked.some((url) => url.endsWith('.tgz'))).toBe(true);
  expect(readdirSync(join(folder, 'models'))).toEqual([]);
  expect(lines.join('\n')).toContain('Fetching 6 files of faceplugin@1.0.3');
});
