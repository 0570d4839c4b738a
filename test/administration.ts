import type { CliDeps, ExitCode } from '../src/cli/deps.js';
import { runCommand } from '../src/cli/program.js';
import { type ApiServer, adminKey } from './api-server.js';
import { createTextLog, systemRandom } from './simulators/sinks.js';

/** What a command said, line by line, and how it ended. */
export interface CommandOutcome {
  readonly printed: readonly string[];
  readonly told: readonly string[];
  readonly exitCode: ExitCode;
}

/** Runs a command that asks a running server, as an administrator at a terminal does. */
export async function administer(
  server: Pick<ApiServer, 'clock' | 'origin'>,
  args: readonly string[],
  key = adminKey,
): Promise<CommandOutcome> {
  const [printed, told]: [string[], string[]] = [[], []];
  let exitCode: ExitCode = 0;
  const deps: CliDeps = {
    ...{ clock: server.clock, random: systemRandom, log: createTextLog() },
    fetch: (url, init) => fetch(url, init),
    env: { FACESTEP_URL: server.origin, FACESTEP_ADMIN_KEY: key },
    print: (line) => printed.push(line),
    tell: (line) => told.push(line),
    endWith: (code) => {
      exitCode = code;
    },
    untilStopped: async () => {},
    loadSetup: () => Promise.reject(new Error('needs no configuration')),
    loadMeasuring: () => Promise.reject(new Error('measures nothing')),
    serve: () => Promise.reject(new Error('serves nothing')),
  };
  await runCommand(args, deps);
  return { printed, told, exitCode };
}
