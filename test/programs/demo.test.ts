import { expect, test } from '@jest/globals';
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
});
