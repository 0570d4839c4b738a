import { Command } from 'commander';
import { findSystemReason } from '../src/base/system-error.js';
import { createOpenCommand, createSealCommand } from '../src/cli/seal.js';
import { toCode } from '../src/errors.js';
import { systemRandom } from './sinks.js';

/* Runs `facestep seal` and `facestep open` as a process, so that a test can limit its resources and kill it. */

const deps = {
  random: systemRandom,
  env: {},
  loadAddress: () => Promise.reject(new Error('has an address')),
  fetch: (url: string, init: RequestInit) => fetch(url, init),
  print: (line: string) => void process.stdout.write(`${line}\n`),
  tell: (line: string) => void process.stderr.write(`${line}\n`),
  endWith: (code: number) => {
    process.exitCode = code;
  },
  untilStopped: () => new Promise<void>((resolve) => void process.once('SIGINT', resolve)),
};

const program = new Command('facestep').addCommand(createSealCommand(deps)).addCommand(createOpenCommand(deps));
await program.parseAsync().catch((error: unknown) => {
  deps.tell(findSystemReason(error) ?? `refused: ${toCode(error)}`);
  process.exitCode = 1;
});
