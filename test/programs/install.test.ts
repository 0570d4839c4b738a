import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { beforeAll, expect, test } from '@jest/globals';
import { modelPackage } from '../../src/face/engine/manifest.js';
import { blocksOf, readPage } from '../../support/benches/page.js';
import { findInvented } from '../../support/data/shown-output.js';
import { createFolder } from '../../support/run/folder.js';
import { projectRoot } from '../../support/run/paths.js';
import { type Installed, installRelease, makeRelease } from './released.js';

/* The package as a release has it, installed by someone who has that one file, and what it then does. */

const folder = createFolder('install');
let installed: Installed;
let facestep: string;

const run = (args: readonly string[], env = installed.env) =>
  execFileSync(facestep, [...args], { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const bytesIn = (top: string): number =>
  readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);

beforeAll(async () => {
  installed = await installRelease();
  facestep = join(installed.prefix, 'bin/facestep');
});

test('the release installs globally without contacting a registry', () => {
  const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
  expect(run(['--version'])).toBe(`${version}\n`);
  expect(run(['--help'])).toContain('Usage: facestep');
  expect(readdirSync(join(installed.prefix, 'lib/node_modules'))).toEqual(['@facestep']);
});

test('no package of the release has an install script', () => {
  const described = readdirSync(installed.package, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /(^|node_modules\/(@[^/]+\/)?[^/@]+\/)package\.json$/.test(name),
  );
  expect(described.length).toBeGreaterThan(100);
  const withScripts = described.filter((name) => {
    const { scripts = {} } = JSON.parse(readFileSync(join(installed.package, name), 'utf8'));
    return Object.keys(scripts).length > 0;
  });
  expect(withScripts).toEqual([]);
});

test('the release with models takes at most 270 MB and has binaries for one platform only', () => {
  expect(bytesIn(installed.package) + bytesIn(join(projectRoot, 'models'))).toBeLessThan(270e6);
  const binaries = join(installed.package, 'node_modules/onnxruntime-node/bin/napi-v6');
  const kept = readdirSync(binaries).flatMap((os) => readdirSync(join(binaries, os)).map((cpu) => `${os}/${cpu}`));
  expect(kept).toEqual([`${process.platform}/${process.arch}`]);
  const web = join(installed.package, 'node_modules/onnxruntime-web/dist');
  expect(readdirSync(web).sort()).toEqual(['ort-wasm-simd-threaded.wasm', 'ort.wasm.bundle.min.mjs']);
});

/** What a folder takes of a disk. */
const onDisk = (top: string): number =>
  Number(execFileSync('du', ['-s', '--block-size=1', top], { encoding: 'utf8' }).split('\t')[0]);

test('the release has the sizes of docs/install/sizes.json, within 3 %', async () => {
  const stored = JSON.parse(readFileSync(join(projectRoot, 'docs/install/sizes.json'), 'utf8'));
  const measured = {
    archiveBytes: statSync((await makeRelease()).archive).size,
    installedBytes: onDisk(installed.package),
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

test('without a network the first start reports model_missing; with one it downloads the models', async () => {
  expect(() => run(['serve'])).toThrow(/model_missing/);
  const child = spawn(facestep, ['serve'], {
    cwd: folder,
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
  expect(existsSync(join(folder, 'models/fr_detect.onnx'))).toBe(true);
});

test('facestep demo succeeds and prints the output shown in docs/first-hour.md', () => {
  const stdout = run(['demo'], process.env);
  const token = /facestepToken: (fv1\.\S+)/.exec(stdout)?.[1] ?? '';
  expect(token.length).toBeGreaterThan(200);
  expect(token.length).toBeLessThanOrEqual(256);
  expect(stdout.match(/: allowed$/gm)).toHaveLength(1);
  expect(stdout.match(/: denied$/gm)).toHaveLength(5);
  expect(stdout).toContain('face_verification {"result":"verified"');
  expect(stdout.match(/: verified$/gm)).toHaveLength(3);
  expect(stdout.match(/: not verified$/gm)).toHaveLength(3);
  expect(stdout).toMatch(/All as expected/);
  const shown = blocksOf(readPage('docs/first-hour.md'), '').find((block) => block.includes('1. Enrol user-1'));
  expect(findInvented(shown ?? '(nothing is shown)', stdout)).toBeNull();
});
