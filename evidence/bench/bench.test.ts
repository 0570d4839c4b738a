import { expect, test } from '@jest/globals';
import { runProgram } from '../../test/programs/run.js';

test.each([
  [['--nosuch'], "Unknown option '--nosuch'"],
  [['--quick=x'], "Option '--quick' does not take an argument"],
  [['scale', '--people=many'], '--people takes a number from 10 on'],
  [['scale', '--stores=oracle'], '--stores some of sqlite,redis,dynamodb'],
  [['nosuch'], 'There is no benchmark nosuch'],
])('arguments that are wrong, such as %j, are told in a line before anything is measured', async (args, told) => {
  const failed = runProgram('evidence/bench/bench.js', ...args);
  await expect(failed).rejects.toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(told) });
  await expect(failed).rejects.toMatchObject({ stderr: expect.not.stringContaining('    at ') });
});
