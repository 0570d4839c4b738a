import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { projectRoot } from '../support/run/paths.js';

/* What of the lock file a release has. */

const packageGuard = z.looseObject({
  dependencies: z.record(z.string(), z.string()).optional(),
  version: z.string().optional(),
});
const lockGuard = z.object({ packages: z.record(z.string(), packageGuard) });
const { toProductionLock } = await import(pathToFileURL(join(projectRoot, 'scripts/production-lock.mjs')).href);

const lockOf = (packages: object, standAlone: readonly string[] = []): string[] =>
  Object.keys(lockGuard.parse(toProductionLock({ packages }, standAlone)).packages);

test('the production lock contains the dependencies that Node resolves, optional and peer ones too, and no development ones', () => {
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
