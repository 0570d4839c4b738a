import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { runHere } from '../../support/benches/cli.js';

/* The script for bash, as bash runs it. */

const complete = (script: string, words: readonly string[]): string[] => {
  const typed = ['facestep', ...words].map((word) => `"${word}"`).join(' ');
  const ask = `COMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _facestep facestep "${words.at(-1)}" "${words.at(-2) ?? 'facestep'}"`;
  const { stdout } = spawnSync('bash', ['-c', `${script}\n${ask}; printf '%s\\n' "\${COMPREPLY[@]}"`], {
    encoding: 'utf8',
  });
  return stdout.split('\n').filter(Boolean);
};

test('bash completes commands, subcommands, options and their values', async () => {
  const { code, stdout: script } = await runHere(['completion', 'bash'], {});
  expect(code).toBe(0);
  expect(complete(script, ['doc'])).toEqual(['doctor']);
  expect(complete(script, ['people', 'in'])).toEqual(['invite']);
  expect(complete(script, ['people', 'list', '--stat'])).toEqual(['--status']);
  expect(complete(script, ['people', 'list', '--status', 'e'])).toEqual(['enrolled', 'expired', 'ended']);
  expect(complete(script, ['completion', ''])).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']));
});
