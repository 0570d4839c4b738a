import { expect, test } from '@jest/globals';
import { runProgram } from './run.js';

test('the faults are listed to whoever names one that is none', async () => {
  const refusal = await runProgram('evidence/faults/faults.js', 'none-of-them').catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 2, stderr: expect.stringMatching(/^ *kill\b/m) });
});

test('the evaluation lists what it can measure', async () => {
  const { stdout } = await runProgram('evidence/eval/eval.js');
  for (const name of ['companions', 'face-width', 'fit']) expect(stdout).toMatch(new RegExp(`^ *${name}\\b`, 'm'));
});

test('the attacks are listed to whoever names one that is none', async () => {
  const refusal = await runProgram('evidence/attacks/attacks.js', 'none-of-them').catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 2, stderr: expect.stringMatching(/^ *token-alone\b/m) });
});
