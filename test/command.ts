import type { CliDeps, ExitCode } from '../src/cli/deps.js';
import { runCommand } from '../src/cli/program.js';
import { createTextLog, systemRandom } from './sinks.js';

export interface CommandOutcome {
  readonly printed: readonly string[];
  readonly told: readonly string[];
  readonly exitCode: ExitCode;
}

export async function runInProcess(
  args: readonly string[],
  deps: Pick<CliDeps, 'clock'> & Partial<CliDeps>,
): Promise<CommandOutcome> {
  const [printed, told]: [string[], string[]] = [[], []];
  let exitCode: ExitCode = 0;
  await runCommand(args, {
    ...{ random: systemRandom, log: createTextLog(), env: {} },
    fetch: () => Promise.reject(new Error('calls nobody')),
    print: (line) => printed.push(line),
    tell: (line) => told.push(line),
    endWith: (code) => {
      exitCode = code;
    },
    untilStopped: async () => {},
    loadSetup: () => Promise.reject(new Error('needs no configuration')),
    loadKept: () => Promise.reject(new Error('needs no configuration')),
    loadStored: () => Promise.reject(new Error('needs no configuration')),
    loadMeasuring: () => Promise.reject(new Error('measures nothing')),
    showDemo: () => Promise.reject(new Error('shows nothing')),
    writeDemoPhotos: () => Promise.reject(new Error('writes nothing')),
    loadAddress: () => Promise.reject(new Error('needs no configuration')),
    loadConfiguredKey: () => Promise.reject(new Error('needs no configuration')),
    paint: (_, text) => text,
    readSecret: () => Promise.reject(new Error('asks for nothing')),
    serve: () => Promise.reject(new Error('serves nothing')),
    ...deps,
  });
  return { printed, told, exitCode };
}
