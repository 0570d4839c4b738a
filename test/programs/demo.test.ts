import { expect, test } from '@jest/globals';
import { blocksOf, readPage } from '../page.js';
import { findInvented } from '../shown-output.js';
import { runProgram } from './run.js';

test('the demonstration ends well, and shows what it says it shows', async () => {
  const { stdout } = await runProgram('src/main.js', 'demo');
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
