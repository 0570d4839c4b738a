import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { projectRoot } from './paths.js';

/* What of the lock file a release has. */

const packageGuard = z.looseObject({
  dependencies: z.record(z.string(), z.string()).optional(),
  version: z.string().optional(),
});
const lockGuard = z.object({ packages: z.record(z.string(), packageGuard) });
const read = (name: string): unknown => JSON.parse(readFileSync(join(projectRoot, name), 'utf8'));

let toProductionLock: (lock: unknown, standAlone: readonly string[]) => unknown;
beforeAll(async () => {
  ({ toProductionLock } = await import(pathToFileURL(join(projectRoot, 'scripts/production-lock.mjs')).href));
});

const lockOf = (packages: object, standAlone: readonly string[] = []): string[] =>
  Object.keys(lockGuard.parse(toProductionLock({ packages }, standAlone)).packages);

test('it has what is needed to run, where Node finds it: the nearest one, optional ones and peers too', () => {
  const packages = {
    '': { dependencies: { a: '1' }, devDependencies: { tool: '1' }, workspaces: ['own'] },
    own: { version: '1' },
    'node_modules/own': { link: true },
    'node_modules/tool': { dev: true },
    'node_modules/a': { dependencies: { '@scope/b': '2' }, peerDependencies: { peer: '1', absent: '1' } },
    'node_modules/a/node_modules/@scope/b': { optionalDependencies: { c: '1' }, dependencies: { a: '1' } },
    'node_modules/@scope/b': {},
    'node_modules/peer': {},
    'node_modules/c': {},
  };
  expect(lockOf(packages).sort()).toEqual(
    ['', 'node_modules/a', 'node_modules/a/node_modules/@scope/b', 'node_modules/peer', 'node_modules/c'].sort(),
  );
  expect(lockOf(packages, ['a'])).toEqual(['', 'node_modules/a', 'node_modules/peer']);
});

test('ours has all that is there for production, but what the other builds of the runtime for the web need', () => {
  const whole = lockGuard.parse(read('package-lock.json')).packages;
  const { packages } = lockGuard.parse(toProductionLock(read('package-lock.json'), ['onnxruntime-web']));
  const production = Object.entries(whole).flatMap(([path, { dev, link }]) =>
    path.startsWith('node_modules/') && dev !== true && link !== true ? [path] : [],
  );
  const left = production.filter((path) => !(path in packages)).map((path) => path.replace('node_modules/', ''));
  expect(left.filter((path) => !path.startsWith('@protobufjs/')).sort()).toEqual([
    'flatbuffers',
    'guid-typescript',
    'platform',
    'protobufjs',
  ]);
  expect(packages['node_modules/onnxruntime-web']).not.toHaveProperty('dependencies');
});

test('both runtimes are of one version, to the digit', () => {
  const { dependencies } = packageGuard.parse(read('package.json'));
  expect(dependencies?.['onnxruntime-node']).toMatch(/^\d+\.\d+\.\d+$/);
  expect(dependencies?.['onnxruntime-web']).toBe(dependencies?.['onnxruntime-node']);
});
