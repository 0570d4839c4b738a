import { auditEvents } from '../../src/app/audit-events.js';
import { runCommand } from '../../src/app/program.js';
import type { CliDeps, ExitCode } from '../../src/cli/deps.js';
import { extensionCommands } from '../../src/extensions/index.js';
import { createTextLog, systemRandom } from '../fakes/sinks.js';

const unused = () => Promise.reject(new Error('this command needs none of it'));

export async function runInProcess(args: readonly string[], deps: Pick<CliDeps, 'clock'> & Partial<CliDeps>) {
  const printed: string[] = [];
  const told: string[] = [];
  let exitCode: ExitCode = 0;
  await runCommand(args, {
    auditEvents,
    random: systemRandom,
    log: createTextLog(),
    env: {},
    print: (line) => printed.push(line),
    printError: (line) => told.push(line),
    endWith: (code) => {
      exitCode = code;
    },
    untilStopped: async () => {},
    holdSignals: async () => {},
    loadSetup: unused,
    loadKept: unused,
    loadStored: unused,
    readSealedVersions: async () => [],
    loadAddress: unused,
    loadConfiguredKey: unused,
    showDemo: unused,
    writeDemoPhotos: unused,
    readSecret: unused,
    serve: unused,
    extensionCommands,
    paint: (_, text) => text,
    fetch: () => Promise.reject(new Error('makes no calls')),
    ...deps,
  });
  return { printed, told, exitCode };
}

export type CommandOutcome = Awaited<ReturnType<typeof runInProcess>>;
