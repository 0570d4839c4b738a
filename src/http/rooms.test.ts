import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../../test/paths.js';
import { maxPhotoBytes } from '../core/concealed.js';
import { formOverheadBytes, roomLimits } from './rooms.js';

const mebibyte = 1024 * 1024;
const sizes = Object.entries(roomLimits).map(([kind, { strangers, callers }]) => ({
  kind,
  strangers: strangers.capacityBytes / mebibyte,
  callers: callers.capacityBytes / mebibyte,
}));
const sumMiB = sizes.reduce((sum, { strangers, callers }) => sum + strangers + callers, 0);
const read = (file: string) => readFileSync(join(projectRoot, file), 'utf8');

test('docs/operations.md says how much each part holds, and all together', () => {
  const page = read('docs/operations.md');
  const rows = [...page.matchAll(/^\| `(\w+)` +\|[^|]+\| (\d+) +\| (\d+) +\|$/gm)];
  expect(rows.map(([, kind, strangers, callers]) => ({ kind, strangers: +strangers!, callers: +callers! }))).toEqual(
    sizes,
  );
  expect(page).toContain(`That is ${sumMiB} MiB in all.`);
});

test('all bodies, as much again to decode them and the process itself fit the least of the limits in infra', () => {
  const [, limit] =
    /^ {2}limits:\n(?:.*\n)?.*\n? {4}memory: (\d)Gi$/m.exec(read('infra/helm/facestep/values.yaml')) ?? [];
  expect(2 * sumMiB + 320).toBeLessThan(Number(limit) * 1024);
});

test('one source may send the largest body that a stranger may send', () => {
  expect(roomLimits.capture.strangers.shareBytes).toBeGreaterThanOrEqual(maxPhotoBytes + formOverheadBytes);
});
