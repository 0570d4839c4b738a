import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { runInProcess } from '../../../support/benches/command.js';
import { connectionGuards } from '../../../support/data/connection-guards.js';
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
let model: string;
let inUse: string | null;
beforeEach(() => {
  data = join(top, String(++count));
  folder = join(data, 'recognition');
  model = `${data}.onnx`;
  inUse = null;
  writeFileSync(model, drawModel());
});

const deps = { clock: createManualClock(), random: systemRandom };

async function run(...args: string[]) {
  const config = createConfigGuard(connectionGuards).parse({ dataFolder: data, recognition: { engine: inUse } });
  const loadSetup = async () => ({ config, connections: [] });
  const { printed, told, exitCode } = await runInProcess(args, { ...deps, loadSetup });
  return { code: exitCode, out: printed.join('\n'), err: told.join('\n') };
}

const importModel = (...more: string[]) =>
  run('models', 'import', model, '--preprocess', 'facestep', '--licence', 'ours', ...more);

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

describe('the import of a model', () => {
  test('stores the model under its digest, readable only by its owner, and assigns a number', async () => {
    const { out } = await importModel('--name', 'tiny');
    expect(out).toContain('Imported as tiny-128: 257 numbers of a face of 112 × 112 pixels.');
    expect(out).toContain('Padded with 255 zeros');
    expect(out).toContain('Licence, as given: ours');
    const files = readdirSync(folder);
    expect(files.toSorted()).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.onnx$/), 'registry.json']);
    for (const file of files) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    expect((await importModel('--name', 'tiny')).out).toContain('tiny-129');
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
    const refusal = await importModel().catch((error: unknown) => error);
    if (!(refusal instanceof CommandError)) throw refusal;
    expect([refusal.code, JSON.stringify(refusal.detail)]).toEqual(['model_unfit', expect.stringMatching(reason)]);
    expect(() => readdirSync(folder)).toThrow('ENOENT');
  });
});

describe('an engine whose model is in use', () => {
  let name: string;
  beforeEach(async () => {
    await importModel('--name', 'tiny');
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
    await importModel('--name', 'former');
    const former = await setParameters('former-129');
    const asked = await run('models', 'remove', former);
    expect([asked.code, asked.out]).toEqual([1, expect.stringContaining('Nothing was changed')]);
    expect((await run('models', 'remove', former, '--confirm')).code).toBe(0);
    expect([...(await open(name)).parameters.engines.keys()]).toEqual([1, 2, 3, 128]);
    // The same model belongs to the engine in use, and stays.
    expect(readdirSync(folder).filter((file) => file.endsWith('.onnx'))).toHaveLength(1);
    expect((await importModel('--name', 'next')).out).toContain('next-130');
    expect((await run('models', 'remove', 'unknown-140')).code).toBe(2);
  });
});
