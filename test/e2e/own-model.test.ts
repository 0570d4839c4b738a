import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { loadPictures } from '../../examples/demo/pictures.js';
import { runCli } from '../../examples/demo/run-command.js';
import { type Service, startService } from '../../examples/demo/service.js';
import { hexDigestOf, SealedToken } from '../../src/core/secrets.js';
import { models } from '../../src/face/engine/manifest.js';
import { nameOf, openRegistry } from '../../src/face/recognition/registry.js';
import { parseToken } from '../../src/face/token/format.js';
import { engineEntryGuard, parametersFile } from '../../src/face/token/parameters.js';
import { rotationLabel } from '../../src/face/token/views.js';
import { runHere } from '../../support/benches/cli.js';
import { createManualClock } from '../../support/fakes/manual-clock.js';
import { drawModel } from '../../support/fakes/onnx.js';
import { systemRandom } from '../../support/fakes/sinks.js';
import { createFolder } from '../../support/run/folder.js';
import { modelsFolder } from '../../support/run/paths.js';
import { configureService, openTokenCalls } from '../../support/servers/service-stage.js';

/*
 * A change of the recognition model, at servers that are processes of their own, on real photos. The model of one's own is a copy
 * of ours: it must do as well.
 */

const top = createFolder('own-model');
const data = join(top, 'data');
const keysFolder = join(top, 'keys');
const pictures = await loadPictures();
let services: Service[] = [];
let name: string;
let passiveLiveness: readonly (string | object)[] = ['built-in'];
/** One of the built-in engine, one of one's own. */
const tokens = { former: '', own: '' };

const toEnv = (engine: string | null, dataFolder = data): Record<string, string> => ({
  ...configureService(
    top,
    { recognition: { engine, passiveLiveness }, keys: { kind: 'local', folder: keysFolder } },
    engine ?? 'built-in',
  ),
  FACESTEP_DATA: dataFolder,
});

/** A server with that engine, and calls with a token of its own. */
async function serve(engine: string | null, dataFolder = data) {
  const service = await startService(toEnv(engine, dataFolder));
  services.push(service);
  return { service, ...(await openTokenCalls(service.url)) };
}

const engineOf = (token: string): number => parseToken(new SealedToken(token)).fields.engine;

beforeAll(async () => {
  mkdirSync(keysFolder, { mode: 0o700 });
});
afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
  services = [];
});

test('the built-in engine makes a token and accepts the same person', async () => {
  const { service, enrol, check } = await serve(null);
  tokens.former = await enrol(pictures.person[0]);
  expect(engineOf(tokens.former)).toBeLessThan(128);
  expect(await check(tokens.former, pictures.person[1])).toMatchObject({ authenticated: true });
  await service.stop();
});

test('with a second judge of passive liveness, the capture page asks for one movement instead of two', async () => {
  const asked = async () => {
    const { service, enrol, startChallenge } = await serve(null);
    const { next } = await startChallenge(await enrol(pictures.person[0]));
    await service.stop();
    return next;
  };
  expect(await asked()).toMatchObject({ movement: 'centre', of: 3 });
  const source = join(top, 'judge');
  mkdirSync(source);
  const drawn = drawModel({ size: 80, numbers: 3 });
  writeFileSync(join(source, 'model.onnx'), drawn);
  const input = { name: 'face', size: 80, channels: 'bgr', mean: [0, 0, 0], deviation: [1, 1, 1], enlargement: 2.7 };
  const output = { name: 'numbers', classes: 3, live: 1 };
  const about = { use: 'liveness', name: 'second', file: 'model.onnx', sha256: hexDigestOf(drawn), input, output };
  const manifest = JSON.stringify({ ...about, bound: 0.5, licence: 'MIT', origin: 'drawn' });
  writeFileSync(join(source, 'model.json'), manifest);
  passiveLiveness = ['built-in', { folder: source, manifest: hexDigestOf(manifest) }];
  expect(await asked()).toMatchObject({ movement: 'centre', of: 2 });
  passiveLiveness = ['built-in'];
});

test('a model that the command stored cannot be selected before its measurement', async () => {
  const { file, sha256 } = models.embed;
  const source = join(top, 'copy');
  mkdirSync(source);
  copyFileSync(join(modelsFolder, file), join(source, file));
  const shape = { input: 'facestep', output: { numbers: 512 } };
  const manifest = {
    use: 'recognition',
    name: 'copy',
    file,
    sha256,
    ...shape,
    licence: 'MIT',
    origin: 'the package faceplugin',
  };
  writeFileSync(join(source, 'model.json'), JSON.stringify(manifest));
  expect(await runCli(['models', 'use', source], toEnv(null))).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('copy-128'),
  });
  await expect(startService(toEnv('copy-128'))).rejects.toThrow('recognition.engine');
  // Instead of a measurement: what was measured of ours.
  const registry = openRegistry(join(data, 'recognition'), { clock: createManualClock(), random: systemRandom });
  const { engines } = z
    .object({ engines: z.array(z.looseObject({})) })
    .parse(JSON.parse(readFileSync(parametersFile, 'utf8')));
  const entry = engineEntryGuard.parse({ ...engines.at(-1), id: 128, name: 'copy-128', rotation: rotationLabel });
  name = nameOf(await registry.setParameters((await registry.find('copy-128'))!, entry));
});

test('with the engine of one’s own, tokens of both engines open for the same person and for no other', async () => {
  const { service, enrol, check } = await serve(name);
  tokens.own = await enrol(pictures.person[0]);
  expect(engineOf(tokens.own)).toBe(128);
  for (const token of Object.values(tokens)) {
    expect(await check(token, pictures.person[1])).toMatchObject({ authenticated: true });
    expect(await check(token, pictures.stranger)).toMatchObject({ authenticated: false });
  }
  await service.stop();
});

test('a replica without the model refuses its tokens as token_key_retired, and opens the other tokens', async () => {
  const { service, check } = await serve(null, join(top, 'replica'));
  expect(await check(tokens.own, pictures.person[1])).toMatchObject({ ok: false, code: 'token_key_retired' });
  expect(await check(tokens.former, pictures.person[1])).toMatchObject({ authenticated: true });
  await service.stop();
  await expect(startService(toEnv(name, join(top, 'replica')))).rejects.toThrow('recognition.engine');
});

test('after a switch back, tokens of the own engine open until the model is removed', async () => {
  const { service, enrol, check } = await serve(null);
  expect(engineOf(await enrol(pictures.person[0]))).toBeLessThan(128);
  expect(await check(tokens.own, pictures.person[1])).toMatchObject({ authenticated: true });
  await service.stop();
  expect((await runHere(['models', 'remove', name], toEnv(name))).code).toBe(2);
  expect((await runHere(['models', 'remove', name, '--confirm'], toEnv(null))).code).toBe(0);
  const after = await serve(null);
  expect(await after.check(tokens.own, pictures.person[1])).toMatchObject({ ok: false, code: 'token_key_retired' });
});
