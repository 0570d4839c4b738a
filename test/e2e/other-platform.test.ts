import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { loadPictures } from '../../examples/demo/pictures.js';
import { type Service, startService } from '../../examples/demo/service.js';
import { installOnOtherPlatform } from '../../support/fakes/other-platform.js';
import { createFolder } from '../../support/run/folder.js';
import { projectRoot } from '../../support/run/paths.js';
import { configureService, openTokenCalls } from '../../support/servers/service-stage.js';

/* The server where the model runtime has no binary for the platform, next to one where it has, on real photos. */

const top = createFolder('other-platform');
const log = join(top, 'log');
const env = configureService(top, {});
let running: Service | null = null;
const pictures = await loadPictures();
const installations = { here: projectRoot, without: '', broken: '', neither: '' };

beforeAll(async () => {
  installations.without = installOnOtherPlatform(top, 'absent');
  installations.broken = installOnOtherPlatform(top, 'not_loadable');
  installations.neither = installOnOtherPlatform(top, 'absent', false);
});
afterEach(async () => {
  await running?.stop();
  running = null;
});

const mainOf = (installation: string): string => join(installation, 'dist/src/main.js');

/** A server of one installation, and calls to it. Servers of all of them have the same data. */
async function serve(installation: string) {
  const service = await startService(env, log, mainOf(installation));
  running = service;
  return { service, ...(await openTokenCalls(service.url)) };
}

describe('a token on a platform without the native ONNX binary', () => {
  test.each([
    ['with the binary', 'without', 'here', 'without'],
    ['without it', 'with', 'without', 'here'],
  ] as const)('made %s opens %s the binary for the same face, with an equal score', async (_m, _o, made, opened) => {
    const maker = await serve(installations[made]);
    const token = await maker.enrol(pictures.person[0]);
    const scored = await maker.score(token, pictures.person[1]);
    expect(scored).toMatchObject({ ok: true, authenticated: true, score: expect.any(Number) });
    await maker.service.stop();
    const { check, score } = await serve(installations[opened]);
    expect(await check(token, pictures.person[1])).toMatchObject({ ok: true, authenticated: true });
    expect(await check(token, pictures.stranger)).toMatchObject({ ok: true, authenticated: false });
    expect(await check(token, pictures.landscape)).toMatchObject({ ok: false, code: 'face_none' });
    // Two decimals: what is told may differ by one where rounding falls between.
    expect(await score(token, pictures.person[1])).toEqual({
      ...scored,
      score: expect.closeTo(Number(scored.score), 1),
    });
  });
});

describe('a server without either ONNX runtime', () => {
  const startInVain = (installation: string, node: readonly string[] = []) => {
    const ended = spawnSync(process.execPath, [...node, mainOf(installation), 'serve'], {
      env: { ...process.env, ...env },
      encoding: 'utf8',
    });
    expect(ended.status).toBe(1);
    return ended.stderr;
  };

  test('does not start, and prints one error with its fix', () => {
    const said = startInVain(installations.neither);
    expect(said).toMatch(
      /^Error: [^\n]*docs\/install\.md[^\n]*\(runtime_unavailable\)\n(?: {2}[^\n]*\n)*Fix: [^\n]*\n$/,
    );
    expect(said).toContain(`${process.platform}-${process.arch}`);
    expect(said).toContain('onnxruntime_binding.node');
    expect(said).toContain('onnxruntime-web');
  });
});
