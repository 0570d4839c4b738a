import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { runInProcess } from '../../../support/benches/command.js';
import { connectionGuards } from '../../../support/data/connection-guards.js';
import { hasSecondJudge, secondJudgeFiles } from '../../../support/data/second-judge.js';
import { createManualClock } from '../../../support/fakes/manual-clock.js';
import { drawModel } from '../../../support/fakes/onnx.js';
import { systemRandom } from '../../../support/fakes/sinks.js';
import { createFolder } from '../../../support/run/folder.js';
import { CommandError } from '../../cli/command-error.js';
import { createConfigGuard } from '../../config/schema.js';
import type { FaceError } from '../../errors.js';
import { openEngines } from '../../face/recognition/open-engines.js';
import { nameOf, openRegistry } from '../../face/recognition/registry.js';
import { type EngineEntry, engineEntryGuard, parametersFile } from '../../face/token/parameters.js';
import { rotationLabel } from '../../face/token/views.js';

const top = createFolder('own-models');
let count = 0;
let data: string;
let folder: string;
let source: string;
let model: string;
let inUse: string | null;
beforeEach(() => {
  data = join(top, String(++count));
  folder = join(data, 'recognition');
  source = join(top, `model-${count}`);
  model = join(source, 'model.onnx');
  inUse = null;
  mkdirSync(source);
  writeFileSync(model, drawModel());
});

const deps = { clock: createManualClock(), random: systemRandom };

async function run(...args: string[]) {
  const config = createConfigGuard(connectionGuards).parse({ dataFolder: data, recognition: { engine: inUse } });
  const loadSetup = async () => ({ config, connections: [] });
  const { printed, told, exitCode } = await runInProcess(args, { ...deps, loadSetup });
  return { code: exitCode, out: printed.join('\n'), err: told.join('\n') };
}

/** Writes the manifest of the model as it now is, and uses it. `change` states something else. */
async function useModel(name: string, change: object = {}) {
  const bytes = statSync(model).size < 2 ** 30 ? readFileSync(model) : Buffer.alloc(0);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const stated = {
    use: 'recognition',
    name,
    file: 'model.onnx',
    sha256,
    input: 'facestep',
    output: { numbers: 257 },
    ...change,
  };
  writeFileSync(join(source, 'model.json'), JSON.stringify({ ...stated, licence: 'ours', origin: 'our own training' }));
  return run('models', 'use', source);
}

/** Parameters as if they had been measured: those of the built-in engine. */
const published = JSON.parse(readFileSync(parametersFile, 'utf8')) as { engines: object[] };
const entryOf = (id: number): EngineEntry =>
  engineEntryGuard.parse({ ...published.engines.at(-1), id, name: 'own', rotation: rotationLabel });
async function setParameters(name: string): Promise<string> {
  const registry = openRegistry(folder, deps);
  const found = (await registry.find(name))!;
  return nameOf(await registry.setParameters(found, entryOf(found.number)));
}
const open = (engine: string | null) => openEngines({ engine, folder }, deps);
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: FaceError) => error.code,
  );

describe('the use of a model', () => {
  test('stores the model under its digest, readable only by its owner, and assigns a number', async () => {
    const { out } = await useModel('tiny');
    expect(out).toContain('Stored as tiny-128: 257 numbers of a face of 112 × 112 pixels.');
    expect(out).toContain('Padded with 255 zeros');
    expect(out).toContain('states them: ours; our own training');
    const files = readdirSync(folder);
    expect(files.toSorted()).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.onnx$/), 'registry.json']);
    for (const file of files) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    expect((await useModel('tiny')).out).toContain('tiny-129');
  });

  test.each<[string, (file: string) => void, RegExp]>([
    ['a file of two gigabytes before reading it', (file) => truncateSync(file, 2 * 1024 ** 3), /2147483648 bytes/],
    ['a truncated file', (file) => truncateSync(file, 5000), /truncated/],
    [
      'a model with weights in other files',
      (file) => writeFileSync(file, drawModel({ externalFile: 'w' })),
      /in separate files/,
    ],
  ])('refuses %s and stores nothing', async (_name, spoil, reason) => {
    spoil(model);
    const refusal = await useModel('tiny').catch((error: unknown) => error);
    if (!(refusal instanceof CommandError)) throw refusal;
    expect([refusal.code, JSON.stringify(refusal.detail)]).toEqual(['model_unfit', expect.stringMatching(reason)]);
    expect(() => readdirSync(folder)).toThrow('ENOENT');
  });

  test.each<[string, object, RegExp]>([
    ['another digest', { sha256: '0'.repeat(64) }, /SHA-256/],
    ['another length of the embedding', { output: { numbers: 512 } }, /257 numbers, and not 512/],
  ])('refuses a model whose manifest states %s', async (_name, change, reason) => {
    const refusal = await useModel('tiny', change).catch((error: unknown) => error);
    if (!(refusal instanceof CommandError)) throw refusal;
    expect([refusal.code, JSON.stringify(refusal.detail)]).toEqual(['model_unfit', expect.stringMatching(reason)]);
    expect(() => readdirSync(folder)).toThrow('ENOENT');
  });

  test('names the fields of a manifest that are wrong, such as a file of another folder', async () => {
    const { code, err } = await useModel('tiny', { file: '../model.onnx', input: 'unknown' });
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/model\.json does not describe a model\n.*file:.*\n.*input:/),
    ]);
    expect((await run('models', 'use', top)).err).toContain('There is no readable file');
  });
});

describe('the use of a model for passive liveness', () => {
  const input = {
    name: 'face',
    size: 64,
    channels: 'rgb',
    mean: [0, 0, 0],
    deviation: [255, 255, 255],
    enlargement: 2,
  };

  async function useForLiveness(output: object) {
    const drawn = drawModel({ size: 64, numbers: 3 });
    writeFileSync(model, drawn);
    const sha256 = createHash('sha256').update(drawn).digest('hex');
    const manifest = { use: 'liveness', name: 'ours', file: 'model.onnx', sha256, input, output, bound: 0.5 };
    const text = JSON.stringify({ ...manifest, licence: 'ours', origin: 'us' });
    writeFileSync(join(source, 'model.json'), text);
    const pinned = createHash('sha256').update(text).digest('hex');
    return { pinned, ...(await run('models', 'use', source)) };
  }

  test('prints the setting that puts it in use, with the digest of its manifest', async () => {
    const { out, pinned } = await useForLiveness({ name: 'numbers', classes: 3, live: 1 });
    expect(out).toContain('It is not in use yet');
    expect(out).toContain(
      `"recognition": ${JSON.stringify({ passiveLiveness: ['built-in', { folder: source, manifest: pinned }] })}`,
    );
  });

  test('refuses an output that the model does not have', async () => {
    await expect(useForLiveness({ name: 'scores', classes: 3, live: 1 })).rejects.toMatchObject({
      code: 'model_unfit',
    });
    expect((await useForLiveness({ name: 'numbers', classes: 3, live: 3 })).err).toContain(
      'output.live: expected one of',
    );
  });
});

const withWeights = hasSecondJudge ? test : test.skip;
withWeights('the second judge is brought from a file, and the printed setting puts it in use', async () => {
  const models = join(data, 'models');
  const config = createConfigGuard(connectionGuards).parse({ dataFolder: data, modelsFolder: models });
  const loadSetup = async () => ({ config, connections: [] });
  const args = ['models', 'fetch', 'minifasnet-v2', '--file', secondJudgeFiles.weights];
  const { printed } = await runInProcess(args, { ...deps, loadSetup });
  const setting = JSON.parse(`{${printed.at(-1)}}`);
  const { recognition } = createConfigGuard(connectionGuards).parse({ dataFolder: data, ...setting });
  expect(recognition.passiveLiveness).toEqual([
    'built-in',
    expect.objectContaining({ folder: join(models, 'minifasnet-v2') }),
  ]);
});

describe('an engine whose model is in use', () => {
  let name: string;
  beforeEach(async () => {
    await useModel('tiny');
    name = await setParameters('tiny-128');
    inUse = name;
  });

  test.each<[string, (file: string) => boolean, string]>([
    ['altered parameters', (file) => /[0-9a-f]{64}\.json$/.test(file), 'parameters_altered'],
    ['an altered registry', (file) => file === 'registry.json', 'parameters_altered'],
  ])('does not start with %s', async (_name, isIt, code) => {
    const file = join(folder, readdirSync(folder).find(isIt)!);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"rgb"', '"bgr"').replace(/112/, '113').replace(/32/, '16'));
    expect(await codeOf(open(name))).toBe(code);
    writeFileSync(file, '{');
    expect(await codeOf(open(name))).toBe(code);
  });

  test('cannot be removed; an unused model can after confirmation, and its number is not assigned again', async () => {
    expect((await run('models', 'remove', name)).err).toContain('makes new tokens');
    await useModel('former');
    const former = await setParameters('former-129');
    const asked = await run('models', 'remove', former);
    expect([asked.code, asked.out]).toEqual([1, expect.stringContaining('Nothing was changed')]);
    expect((await run('models', 'remove', former, '--confirm')).code).toBe(0);
    expect([...(await open(name)).parameters.engines.keys()]).toEqual([1, 2, 3, 128]);
    // The same model belongs to the engine in use, and stays.
    expect(readdirSync(folder).filter((file) => file.endsWith('.onnx'))).toHaveLength(1);
    expect((await useModel('next')).out).toContain('next-130');
    expect((await run('models', 'remove', 'unknown-140')).code).toBe(2);
  });
});

test('a group of commands without a subcommand prints its help and what is missing', async () => {
  const { printed, told, exitCode } = await runInProcess(['models'], deps);
  expect({ printed, exitCode }).toEqual({ printed: [], exitCode: 2 });
  expect(told[0]).toMatch(/^Usage: facestep models /);
  expect(told.slice(1)).toEqual(['Error: A subcommand is missing.', 'Fix: Run “facestep models --help”.']);
});
