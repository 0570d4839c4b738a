import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot } from './paths.js';

/* docs/contracts.md: each belief names what holds it, and what it stands on. */

const text = readFileSync(join(projectRoot, 'docs/contracts.md'), 'utf8');
const rows = [...text.matchAll(/^\| (.*) \|$/gm)]
  .map(([, cells = '']) => cells.split(' | ').map((cell) => cell.trim()))
  .filter((cells) => cells.length === 4 && cells[0] !== 'assumption' && !/^-+$/.test(cells[0] ?? ''));

test('there are beliefs about each provider', () => {
  expect(rows.length).toBeGreaterThan(40);
});

test.each(rows)('%s', (_belief, source = '', heldBy = '', standsOn = '') => {
  expect(['described', 'documented', 'believed', 'run']).toContain(standsOn);
  // Where nothing is linked, it is a belief or was seen by the test.
  if (standsOn === 'described' || standsOn === 'documented') expect(source).toMatch(/\]\(https:\/\//);
  const [, path] = /^`([^`]+)`$/.exec(heldBy) ?? [];
  if (path !== undefined) expect(existsSync(join(projectRoot, path))).toBe(true);
  else expect([heldBy, standsOn]).toEqual(['–', 'documented']);
});
