import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createTestVerifier } from '../../../support/fakes/embedded.js';
import { copyModels } from '../../../support/fakes/models.js';
import { createFolder } from '../../../support/run/folder.js';
import { pageFolders } from '../../../support/run/paths.js';
import { startApiServer } from '../../../support/servers/api-server.js';
import { hexDigestOf } from '../../core/secrets.js';
import { pageModels } from '../../face/engine/page-model.js';

const folder = createFolder('page');

copyModels(join(folder, 'models'));
const verifier = createTestVerifier();
const server = await startApiServer({ verifier, folders: { ...pageFolders, models: join(folder, 'models') } });

const get = (path: string, headers: Record<string, string> = {}) => fetch(server.origin + path, { headers });

describe('model files for the capture page', () => {
  test.each([
    ['detect', 'br'],
    ['landmarks', 'identity'],
  ] as const)('%s is delivered completely in the encoding %s, and cacheable by its digest', async (name, encoding) => {
    const headers = { 'accept-encoding': encoding };
    const response = await get(`/face/models/${name}.onnx?${pageModels[name].sha256}`, headers);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(response.headers.get('content-encoding')).toBe(encoding === 'br' ? 'br' : null);
    expect(hexDigestOf(new Uint8Array(await response.arrayBuffer()))).toBe(pageModels[name].sha256);
  });

  test.each(['/face/models/embed.onnx', '/face/models/constructor.onnx', '/face/models/..%2ffr_detect.onnx'])(
    'the path %s is not found',
    async (path) => {
      const response = await get(path);
      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toContain('application/json');
      expect(await response.json()).toMatchObject({ ok: false, code: 'not_found' });
    },
  );

  test('a missing or altered file is refused with an error that is not cacheable', async () => {
    const address = (name: 'detect' | 'landmarks') => `/face/models/${name}.onnx?${pageModels[name].sha256}`;
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
