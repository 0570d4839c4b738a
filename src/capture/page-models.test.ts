import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ApiServer, startApiServer } from '../../test/api-server.js';
import { createTestVerifier } from '../../test/embedded.js';
import { createFolder } from '../../test/folder.js';
import { copyModels } from '../../test/models.js';
import { collectSentBodies } from '../../test/sent-bodies.js';
import { models } from '../engine/manifest.js';

const folder = createFolder('page');
const wasm = Buffer.from('0061736d01000000', 'hex');
let server: ApiServer;

beforeAll(async () => {
  copyModels(join(folder, 'models'));
  for (const part of ['assets', 'compressed']) mkdirSync(join(folder, 'page', part), { recursive: true });
  writeFileSync(join(folder, 'page/assets/both-1.wasm'), wasm);
  writeFileSync(join(folder, 'page/compressed/both-1.wasm.br'), brotliCompressSync(wasm));
  writeFileSync(join(folder, 'page/assets/plain-1.wasm'), wasm);
  writeFileSync(join(folder, 'page/assets/module-1.mjs'), 'export {};');
  for (const name of ['script-1.js', 'style-1.css']) {
    writeFileSync(join(folder, 'page/assets', name), '/* text */');
    writeFileSync(join(folder, 'page/compressed', `${name}.br`), brotliCompressSync(Buffer.from('/* text */')));
  }
  writeFileSync(join(folder, 'page/assets/plain-1.js'), '/* text */');
  server = await startApiServer({
    verifier: createTestVerifier(),
    folders: { page: join(folder, 'page'), models: join(folder, 'models') },
  });
});
afterAll(async () => {
  await server.stop();
});

const get = (path: string, headers: Record<string, string> = {}) => fetch(server.origin + path, { headers });

describe('models', () => {
  test.each(['detect', 'landmarks'] as const)(
    '%s comes whole, as bytes, and may be kept by its digest',
    async (name) => {
      const response = await get(`/face/models/${name}.onnx?${models[name].sha256}`);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('application/octet-stream');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect((await response.arrayBuffer()).byteLength).toBe(models[name].bytes);
    },
  );

  test.each(['', '?', `?${models.landmarks.sha256}`, '?0'])(
    'without its digest (%j) nothing keeps it',
    async (query) => {
      const response = await get(`/face/models/detect.onnx${query}`);
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('no-store');
    },
  );

  test('are the same bytes for all, however many do not read them', async () => {
    const ask = async () => (await get('/face/models/detect.onnx')).arrayBuffer();
    const sent = await collectSentBodies(() => Promise.all([ask(), ask(), ask()]));
    expect(sent).toHaveLength(3);
    expect(new Set(sent).size).toBe(1);
  });

  test.each([
    '/face/models/embed.onnx',
    '/face/models/fr_detect.onnx',
    '/face/models/constructor.onnx',
    '/face/models/..%2ffr_detect.onnx',
    '/face/models/',
    '/face/models/detect',
  ])('%s is a refusal, and no page', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await response.json()).toMatchObject({ ok: false, code: 'not_found' });
  });

  test('a file that is missing or altered under the server is a refusal, kept by nobody', async () => {
    const address = (name: 'detect' | 'landmarks') => `/face/models/${name}.onnx?${models[name].sha256}`;
    rmSync(join(folder, 'models/fr_detect.onnx'));
    writeFileSync(join(folder, 'models/fr_landmark.onnx'), '<!doctype html>');
    for (const [name, status, code] of [
      ['detect', 404, 'not_found'],
      ['landmarks', 500, 'model_altered'],
    ] as const) {
      const response = await get(address(name));
      expect(response.status).toBe(status);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.json()).toMatchObject({ ok: false, code });
    }
  });
});

describe('WebAssembly and scripts', () => {
  test.each([
    ['both-1.wasm', 'br', 'br', 'application/wasm'],
    ['both-1.wasm', 'gzip, deflate, br, zstd', 'br', 'application/wasm'],
    ['both-1.wasm', 'gzip', null, 'application/wasm'],
    ['both-1.wasm', 'br;q=0', null, 'application/wasm'],
    ['plain-1.wasm', 'br', null, 'application/wasm'],
    ['module-1.mjs', 'br', null, 'text/javascript'],
    ['script-1.js', 'br', 'br', 'text/javascript'],
    ['script-1.js', 'gzip', null, 'text/javascript'],
    ['style-1.css', 'gzip, deflate, br, zstd', 'br', 'text/css'],
    ['plain-1.js', 'br', null, 'text/javascript'],
  ])('%s for a browser that takes %s', async (file, accepted, encoding, type) => {
    const response = await get(`/face/assets/${file}`, { 'accept-encoding': accepted });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')?.split(';')[0]).toBe(type);
    expect(response.headers.get('content-encoding')).toBe(encoding);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('cache-control')).toContain('immutable');
    if (!file.endsWith('.mjs')) expect(response.headers.get('vary')).toMatch(/accept-encoding/i);
    const sent = Buffer.from(await response.arrayBuffer());
    if (!file.endsWith('.mjs')) expect(sent).toEqual(file.endsWith('.wasm') ? wasm : Buffer.from('/* text */'));
  });

  test('a refusal in place of a file can be read, and is kept by nobody', async () => {
    const response = await get('/face/assets/both-1.wasm', { 'accept-encoding': 'br', range: 'bytes=99999999-' });
    expect(response.status).toBe(400);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(await response.json()).toMatchObject({ ok: false, code: 'request_malformed' });
  });
});
