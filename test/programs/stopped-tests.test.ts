import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../../support/run/paths.js';

/** Returns state and parent of a process, or `null` if it has ended. */
function findProcess(pid: number): { readonly state: string; readonly parent: number } | null {
  try {
    // The name in brackets may contain spaces.
    const [state = '', parent] = (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? '').split(' ');
    return state === 'Z' ? null : { state, parent: Number(parent) };
  } catch {
    return null;
  }
}

/** Returns the processes that a process has started, and that still run. */
const findChildren = (parent: number): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => findProcess(pid)?.parent === parent);

test('a stopped run ends all that it started, and counts the tests that had ended', async () => {
  const run = spawn('npm', ['test', '--silent', '--', 'src/core', 'src/step-up'], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  let started: readonly number[] = [];
  const listen = (piece: Buffer): void => {
    output += piece.toString('utf8');
    if (started.length > 0 || !output.includes('PASS')) return;
    const tools = findChildren(run.pid ?? 0).flatMap((npm) => [npm, ...findChildren(npm)]);
    started = [...tools, ...tools.flatMap(findChildren)];
    run.kill('SIGTERM');
  };
  run.stdout.on('data', listen);
  run.stderr.on('data', listen);
  await once(run, 'close');
  expect(started.length).toBeGreaterThan(2);
  expect(started.map(findProcess).filter((each) => each !== null)).toEqual([]);
  expect(output).toContain('Stopped by SIGTERM');
  expect(output.trimEnd().split('\n').at(-1)).toMatch(/^[1-9]\d* passed, 1 failed/);
});
