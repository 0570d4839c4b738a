import { expect, test } from '@jest/globals';
import { runHere } from '../../test/cli.js';

test.each([
  ['an installed package', {}, 'facestep'],
  ['a checkout', { npm_lifecycle_event: 'facestep' }, 'npm run -s facestep --'],
])('what is said to try in %s can be pasted there', async (_where, env, command) => {
  const { code, stderr } = await runHere(['simulate', 'okta'], env);
  expect(code).toBe(0);
  const commands = [...stderr.matchAll(/^ {2}(?:[A-Z_]+=\S+ )*(.*facestep.*) (serve|provision|doctor|try)\b/gm)];
  expect(commands.map(([, program, name]) => [program, name])).toEqual(
    ['serve', 'provision', 'doctor', 'try'].map((name) => [command, name]),
  );
});
