import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '../../examples/demo/free-port.js';
import { collect } from '../../examples/demo/run-command.js';
import { modelsFolder } from '../../test/paths.js';
import { round } from './measure.js';

const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));

/** Maximum number of attempts, because the server sometimes refuses the rendered person. */
const mostAttempts = 3;

interface Step {
  readonly command: string;
  readonly seconds: number;
  readonly exitCode: number | null;
  readonly output: string;
}

export interface FirstHourReport {
  readonly seconds: number;
  readonly passed: boolean;
  readonly attempts: number;
  readonly steps: readonly Step[];
}

/** Times the commands of docs/first-hour.md, "Check a face on your own server". */
export async function benchFirstHour(): Promise<FirstHourReport> {
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
      ...{ cwd: folder, env: variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { child, stdout: collect(child.stdout), stderr: collect(child.stderr) };
  };
  /** Starts a long-running command and waits for a line of its standard error. */
  const stay = async (args: readonly string[], variables: NodeJS.ProcessEnv, until: RegExp) => {
    const from = performance.now();
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
    steps.push({ command: args.join(' '), seconds: secondsSince(from), exitCode: null, output: running.stderr() });
    return running.stdout;
  };
  const run = async (args: readonly string[]): Promise<boolean> => {
    const from = performance.now();
    const { child, stdout, stderr } = start(args, configured);
    await once(child, 'close');
    const output = stdout() + stderr();
    steps.push({ command: args.join(' '), seconds: secondsSince(from), exitCode: child.exitCode, output });
    return child.exitCode === 0;
  };
  const from = performance.now();
  try {
    const configuration = await stay(['simulate', 'okta'], { ...env, PORT: String(port) }, /^Ctrl\+C/);
    writeFileSync(join(folder, 'simulated.json'), configuration());
    await stay(['serve'], configured, /^Administrator key:/);
    await run(['provision', '--apply', '--yes']);
    await run(['doctor']);
    let attempts = 0;
    let passed = false;
    while (!passed && attempts < mostAttempts) {
      attempts += 1;
      passed = await run(['try', '--login', 'ada@example.com']);
    }
    return { seconds: secondsSince(from), passed, attempts, steps };
  } finally {
    for (const child of started.reverse()) {
      const ended = once(child, 'exit');
      if (child.exitCode === null && child.kill('SIGINT')) await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

const secondsSince = (from: number): number => round((performance.now() - from) / 1000, 1);

export const showFirstHour = ({ seconds, passed, attempts, steps }: FirstHourReport): string[] => [
  ...steps.map(
    ({ command, seconds: took }) => `  ${`facestep ${command}`.padEnd(40)} ${took.toFixed(1).padStart(6)} s`,
  ),
  `${passed ? 'Passed' : 'Not passed'} after ${seconds} s and ${steps.length} commands; try ran ${attempts === 1 ? 'once' : `${attempts} times`}.`,
];
