import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import { createFolder } from '../../support/run/folder.js';
import { projectRoot } from '../../support/run/paths.js';

/* The package for Linux on musl, whatever this machine is: what is in it, and that it is for nothing else. */

const folder = createFolder('musl');
let name: string;

beforeAll(async () => {
  const { stagePackage } = await import(pathToFileURL(join(projectRoot, 'scripts/pack.mjs')).href);
  name = stagePackage(projectRoot, folder, { os: 'linux', cpu: 'x64', libc: 'musl' });
});

function namesIn(module: string): string[] {
  const top = join(folder, 'node_modules', module);
  return existsSync(top) ? readdirSync(top, { recursive: true, encoding: 'utf8' }) : [];
}

test('a musl package has musl binaries, and the WebAssembly model runtime instead of a native one', () => {
  expect(name).toMatch(/-linux-x64-musl\.tgz$/);
  expect(namesIn('@img/sharp-linuxmusl-x64')).not.toEqual([]);
  expect(namesIn('@libsql/linux-x64-musl')).not.toEqual([]);
  expect(namesIn('@node-rs/argon2-linux-x64-musl')).not.toEqual([]);
  expect(namesIn('@img/sharp-linux-x64')).toEqual([]);
  expect(namesIn('@node-rs/argon2-linux-x64-gnu')).toEqual([]);
  expect(namesIn('onnxruntime-node').filter((name) => /\.(node|so|dylib|dll)(\.|$)/.test(name))).toEqual([]);
  expect(namesIn('onnxruntime-web')).toContain('dist/ort-wasm-simd-threaded.wasm');
});
