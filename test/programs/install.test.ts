import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import { modelPackage } from '../../src/engine/manifest.js';
import { createFolder } from '../folder.js';
import { projectRoot } from '../paths.js';

/* The package as a release has it, installed by somebody who has that one file, and what it then does. */

const folder = createFolder('install');
const [local, prefix] = [join(folder, 'local'), join(folder, 'prefix')];
let archive: string;

/** A machine whose npm has no registry and has never fetched anything. */
const alone = {
  PATH: process.env.PATH ?? '',
  HOME: folder,
  npm_config_registry: 'http://127.0.0.1:9/',
  npm_config_cache: join(folder, 'cache'),
  npm_config_fetch_retries: '0',
  npm_config_update_notifier: 'false',
};

const run = (
  file: string,
  args: readonly string[],
  { env = alone, cwd = local }: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
) => execFileSync(file, [...args], { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const bytesIn = (top: string): number =>
  readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);

const facestep = join(local, 'node_modules/.bin/facestep');

beforeAll(async () => {
  const { packRelease } = await import(pathToFileURL(join(projectRoot, 'scripts/pack.mjs')).href);
  ({ file: archive } = packRelease(projectRoot, folder));
  mkdirSync(local);
  writeFileSync(join(local, 'package.json'), '{"private":true}');
  run('npm', ['install', '--ignore-scripts=false', archive]);
});

test('it installs into an empty folder with install scripts allowed, and asks no registry', () => {
  const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
  expect(run(facestep, ['--version'])).toBe(`${version}\n`);
  expect(readdirSync(join(local, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['@facestep']);
});

test('it installs for the whole machine with install scripts off', () => {
  run('npm', ['install', '--global', '--prefix', prefix, '--ignore-scripts', archive]);
  expect(run(join(prefix, 'bin/facestep'), ['--help'], { cwd: folder })).toContain('Usage: facestep');
});

test('with the models it takes no more than 270 MB, and has nothing of another platform', () => {
  expect(bytesIn(join(local, 'node_modules')) + bytesIn(join(projectRoot, 'models'))).toBeLessThan(270e6);
  const binaries = join(local, 'node_modules/@facestep/facestep/node_modules/onnxruntime-node/bin/napi-v6');
  const kept = readdirSync(binaries).flatMap((os) => readdirSync(join(binaries, os)).map((cpu) => `${os}/${cpu}`));
  expect(kept).toEqual([`${process.platform}/${process.arch}`]);
  const web = join(local, 'node_modules/@facestep/facestep/node_modules/onnxruntime-web/dist');
  expect(readdirSync(web).sort()).toEqual(['ort-wasm-simd-threaded.wasm', 'ort.wasm.bundle.min.mjs']);
});

/** What a folder takes of a disk. */
const onDisk = (top: string): number => Number(run('du', ['-s', '--block-size=1', top]).split('\t')[0]);

test('its sizes are those that docs/install/sizes.json has for the documents, to 3 %', () => {
  const stored = JSON.parse(readFileSync(join(projectRoot, 'docs/install/sizes.json'), 'utf8'));
  const measured = {
    archiveBytes: statSync(archive).size,
    installedBytes: onDisk(join(local, 'node_modules/@facestep/facestep')),
    modelsBytes: bytesIn(join(projectRoot, 'models')),
    modelsArchiveBytes: modelPackage.archiveBytes,
  };
  for (const [name, bytes] of Object.entries(measured)) {
    const isClose = Math.abs(bytes / stored[name] - 1) < 0.03;
    expect({ name, bytes, stored: stored[name], isClose }).toEqual({
      name,
      bytes,
      stored: stored[name],
      isClose: true,
    });
  }
});

test('without a network the first start says what to do, and fetches once there is one', async () => {
  expect(() => run(facestep, ['serve'])).toThrow(/model_missing/);
  const child = spawn(facestep, ['serve'], {
    cwd: local,
    env: { ...process.env, PORT: '0', FACESTEP_CONFIG: '' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line);
    if (/listens on/.test(line)) break;
  }
  expect(said[0]).toMatch(/^Fetching 6 files of faceplugin/);
  expect(said.at(-1)).toMatch(/listens on/);
  child.kill('SIGTERM');
  await once(child, 'exit');
  expect(existsSync(join(local, 'models/fr_detect.onnx'))).toBe(true);
});

test('it shows the demonstration', () => {
  expect(run(facestep, ['demo'], { env: process.env })).toContain('All as expected');
});
