import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../support/run/paths.js';

/* Programs of a checkout, other than the command `facestep`. */

const programs = [
  ...['bench/bench', 'attacks/attacks', 'faults/faults', 'journeys/main', 'eval/eval', 'measure/measure'].map(
    (name) => `dist/evidence/${name}.js`,
  ),
  'scripts/pack.mjs',
];

/** Runs a program. Without the evaluation data, programs first report that it is missing. */
function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: projectRoot, encoding: 'utf8' });
  return { status, stdout, stderr: stderr.replace(/^SKIPPING .*\n/gm, '') };
}

test.each(programs)('%s prints its help, also after an unknown option', (program) => {
  const { status, stdout, stderr } = run(program, '--help');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^(npm run \w+|node scripts\/\w+\.mjs)/);
  const wrong = run(program, '--no-such-option');
  expect(wrong).toMatchObject({ status: 2, stdout: '' });
  const [reason, ...help] = wrong.stderr.split('\n');
  expect(reason).toContain('--no-such-option');
  expect(help.join('\n')).toBe(stdout);
});
