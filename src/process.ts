import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { providers } from '../adapters/index.js';
import { loadSetup, type Setup } from '../adapters/setup.js';
import { framesOf } from './base/frames.js';
import { createPooledRandom } from './base/pooled-random.js';
import { findSystemReason } from './base/system-error.js';
import { CommandError } from './cli/command-error.js';
import type { ExitCode } from './cli/deps.js';
import { findDeprecations } from './config/deprecations.js';
import { loadKeptConfig, loadStoredConfig } from './config/load.js';
import type { Clock, Fetch, Random } from './core/ports.js';
import { epochMs } from './core/units.js';
import { FaceError, toCode } from './errors.js';
import { isSystemError } from './files/durable-file.js';
import { fetchModels, hasNoModels } from './models/fetch.js';
import { toDetailLines } from './operations/failure.js';
import { createSecretUses } from './operations/secret-use-recorder.js';
import type { RunningServer } from './server/server.js';
import { createLog } from './telemetry/log.js';
import { createRequestContexts } from './telemetry/request-context.js';

const args = process.argv.slice(2);
const isServing = args.length === 0 || args[0] === 'serve';

// Other modules receive these as arguments.
const clock: Clock = { now: () => epochMs(Date.now()) };
const random: Random = createPooledRandom((bytes) => randomBytes(bytes));
const fetch: Fetch = (url, init) => globalThis.fetch(url, init);
const contexts = createRequestContexts();
const log = createLog(isServing ? process.stdout.fd : process.stderr.fd, contexts);

/** Writes to the terminal; standard output is for machines. */
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const stopSignals = ['SIGINT', 'SIGTERM'] as const;

async function untilStopped(): Promise<string> {
  const [signal] = await Promise.race(stopSignals.map((name) => once(process, name)));
  return String(signal);
}

const reading = { env: process.env, readFile: (path: string) => readFile(path, 'utf8') };

const secretUses = createSecretUses({ clock });

const readSetup = (): Promise<Setup> =>
  loadSetup(providers, { ...{ clock, random, fetch, log, ...reading }, onSecretUsed: secretUses.note });

/** Handlers are installed at once: an unhandled signal would end the process without a shutdown. */
async function serve(): Promise<void> {
  let isReloadAsked = false;
  let reload = (): void => {
    isReloadAsked = true;
  };
  process.on('SIGHUP', () => reload());
  const stopped = untilStopped().then((signal) => {
    // A second signal ends the process at once.
    for (const again of stopSignals) process.once(again, () => process.exit(1));
    log.info('stopping', { signal });
  });
  const server = await start(stopped);
  if (server === null) return;
  reload = () => void server.reload();
  if (isReloadAsked) reload();
  await stopped;
  await server.stop();
}

/**
 * Loads the server's parts, which other commands do not need.
 * @returns `null`: stopped while models were fetched
 */
async function start(stopped: Promise<void>): Promise<RunningServer | null> {
  const setup = await readSetup();
  const { modelsFolder } = setup.config;
  for (const { what, ...rest } of findDeprecations({ node: process.versions.node }))
    log.warn('deprecated', { what, ...rest });
  if (await hasNoModels(modelsFolder)) {
    const fetched = fetchModels(modelsFolder, tell).then(() => true);
    if (!(await Promise.race([fetched, stopped]))) return null;
  }
  const { openEngine } = await import('./server/open-engine.js');
  const engine = openEngine(setup.config, { clock, random, log, tell });
  // Handled where the server awaits it; until then a rejection must not end the process.
  engine.catch(() => {});
  const { startServer } = await import('./server/server.js');
  return startServer(setup, {
    ...{ clock, random, fetch, log, contexts, tell, engine, secretUses },
    loadSetup: readSetup,
  });
}

const loadDemo = () => import('../examples/demo/demo.js');

/** Runs one command line. @returns the exit code */
async function run(): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  if (args.length === 0) {
    await serve();
    return exitCode;
  }
  // The reader may close the pipe early, as `head` does.
  process.stdout.on('error', (error) => (isSystemError(error, 'EPIPE') ? process.exit(1) : fail(error)));
  const { runCommand } = await import('./cli/program.js');
  await runCommand(args, {
    clock,
    random,
    fetch,
    env: process.env,
    log,
    tell,
    untilStopped,
    loadSetup: readSetup,
    loadKept: () => loadKeptConfig(reading),
    loadStored: () => loadStoredConfig(reading),
    serve,
    showDemo: async (request) => (await loadDemo()).showDemo(request, { print, tell, untilStopped }),
    writeDemoPhotos: async (folder) => (await loadDemo()).writeDemoPhotos(folder, tell),
    loadMeasuring: () => import('../evidence/accuracy/measure.js'),
    print,
    endWith: (code) => {
      exitCode = code;
    },
  });
  return exitCode;
}

/** Foreign error messages may quote secret input. */
function fail(error: unknown): never {
  const isTold = error instanceof FaceError || error instanceof CommandError;
  const reason = findSystemReason(error);
  const known = isTold ? [`${error.message} (${error.code})`, ...toDetailLines(error.detail)] : [];
  const said = [...known, ...(reason === null ? [] : [reason])];
  tell(`Error: ${said.length === 0 ? 'an unexpected error' : said.join('; ')}`);
  // For unexpected errors only stack frames can be shown.
  if (isServing || said.length === 0)
    log.error('ended', { code: toCode(error), said, ...(isTold ? {} : { frames: framesOf(error) }) });
  process.exit(1);
}

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

const exitCode = await run().catch(fail);
// Flushes output before the exit; keep-alive connections would delay a natural one.
process.stdout.write('', () => process.exit(exitCode));
