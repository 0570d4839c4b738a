import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../../support/run/paths.js';
import { resultsFile, toClaim } from './attack.js';

test('a claim is fulfilled by a figure at its bound, and not by a figure beyond its bound', () => {
  expect(toClaim('few', 2, { atMost: 2 })).toMatchObject({ holds: true, interval: null });
  expect(toClaim('few', 3, { atMost: 2 }).holds).toBe(false);
  expect(toClaim('many', 2, { atLeast: 2 }).holds).toBe(true);
  expect(toClaim('many', 1, { atLeast: 2 }, [0, 3]).holds).toBe(false);
  expect(toClaim('many', Number.NaN, { atLeast: 2 }).holds).toBe(false);
});

test.each([
  [['--quick', '--write'], {}],
  [['--write'], { FACESTEP_FACES: join(projectRoot, 'no-faces') }],
])('with %j, the stored figures of the full run on real faces are not overwritten', (flags, variables) => {
  const document = resultsFile('recovery');
  const stored = readFileSync(document, 'utf8');
  const program = join(projectRoot, 'dist', 'evidence', 'attacks', 'attacks.js');
  const { status, stderr } = spawnSync(process.execPath, [program, 'recovery', ...flags], {
    env: { ...process.env, ...variables },
    encoding: 'utf8',
  });
  expect(stderr).toMatch(/--write cannot be used with --quick and needs real faces/);
  expect(status).toBe(2);
  expect(readFileSync(document, 'utf8')).toBe(stored);
});
