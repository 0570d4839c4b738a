import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { findFreePort } from '../../examples/demo/free-port.js';
import { collect } from '../../examples/demo/run-command.js';
import { readPage, sectionOf } from '../../support/benches/page.js';
import { findInvented } from '../../support/data/shown-output.js';
import { modelsFolder } from '../../support/run/paths.js';

const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));

interface Step {
  readonly command: string;
  readonly exitCode: number | null;
  readonly output: string;
}

/** Runs the commands of docs/first-hour.md, "Check a face on your own server". */
async function runFirstHour(): Promise<readonly Step[]> {
  const folder = mkdtempSync(join(tmpdir(), 'facestep-first-hour-'));
  // An installed release downloads the models at its first start. A checkout already has the models, so this links to
  // them.
  symlinkSync(modelsFolder, join(folder, 'models'));
  const port = await findFreePort();
  const env = {
    ...process.env,
    XDG_CONFIG_HOME: folder,
    FACESTEP_CONFIG: '',
    FACESTEP_URL: '',
    FACESTEP_ADMIN_KEY: '',
  };
  const configured = { ...env, FACESTEP_CONFIG: 'simulated.json' };
  const started: ChildProcess[] = [];
  const steps: Step[] = [];
  const start = (args: readonly string[], variables: NodeJS.ProcessEnv) => {
    const child = spawn(process.execPath, [main, ...args], {
      cwd: folder,
      env: variables,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { child, stdout: collect(child.stdout), stderr: collect(child.stderr) };
  };
  /** Starts a long-running command and waits for a line of its standard error. */
  const stay = async (args: readonly string[], variables: NodeJS.ProcessEnv, until: RegExp) => {
    const running = start(args, variables);
    started.push(running.child);
    const isThere = new Promise<void>((resolve) => {
      createInterface({ input: running.child.stderr }).on('line', (line) => {
        if (until.test(line)) resolve();
      });
    });
    const gone = once(running.child, 'exit').then(() => {
      throw new Error(`facestep ${args.join(' ')} ended: ${running.stderr()}`);
    });
    await Promise.race([isThere, gone]);
    gone.catch(() => {});
    steps.push({ command: args.join(' '), exitCode: null, output: running.stderr() });
    return running.stdout;
  };
  const run = async (args: readonly string[]): Promise<void> => {
    const { child, stdout, stderr } = start(args, configured);
    await once(child, 'close');
    const output = stdout() + stderr();
    steps.push({ command: args.join(' '), exitCode: child.exitCode, output });
  };
  try {
    const configuration = await stay(['simulate', 'okta'], { ...env, PORT: String(port) }, /^Ctrl\+C/);
    writeFileSync(join(folder, 'simulated.json'), configuration());
    await stay(['serve'], configured, /^Administrator key:/);
    await run(['provision', '--apply', '--yes']);
    await run(['doctor']);
    return steps;
  } finally {
    for (const child of started.reverse()) {
      const ended = once(child, 'exit');
      if (child.exitCode === null && child.kill('SIGINT')) await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

test('the commands of docs/first-hour.md succeed and print the output shown on the page', async () => {
  const steps = await runFirstHour();
  expect(steps.filter(({ exitCode }) => exitCode !== null && exitCode !== 0)).toEqual([]);
  const section = sectionOf(readPage('docs/first-hour.md'), 'Check a face on your own server');
  const typed = [...section.matchAll(/^ *facestep (.*?)(?: > .*)?$/gm)].map(([, command]) => command);
  expect(typed.filter((command) => !command?.startsWith('listens'))).toEqual(steps.map(({ command }) => command));
  const blocks = [...section.matchAll(/^ *```\n([\s\S]*?)^ *```/gm)].map(([, text = '']) => text);
  const real = steps.find((each) => each.command.startsWith('serve'))?.output ?? '';
  expect(findInvented(blocks.find((text) => text.includes('listens on')) ?? '(nothing is shown)', real)).toBeNull();
});
