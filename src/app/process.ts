import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { connectionKinds, providers } from '../../adapters/index.js';
import type { ConfigurationFile } from '../admin/operations/operations-context.js';
import { TrailInUse } from '../audit/lock.js';
import { CommandError } from '../cli/command-error.js';
import type { ExitCode } from '../cli/deps.js';
import { toFailureLines } from '../cli/failure-text.js';
import { hasColours, holdSignals, paintOn, readSecret, toFrame } from '../cli/terminal.js';
import { filesOf } from '../config/data-files.js';
import {
  loadAddress,
  loadConfiguredKey,
  loadKeptConfig,
  loadStoredConfig,
  readSealedVersions,
} from '../config/load.js';
import { type OpenSecret, openSecret } from '../config/sealed-secret.js';
import { guardsOf } from '../connections/adapter.js';
import { createSecretUses } from '../connections/hook.js';
import { loadSetup } from '../connections/setup.js';
import { framesOf } from '../core/base/frames.js';
import { makeOnce } from '../core/base/make-once.js';
import type { Clock, Random } from '../core/ports.js';
import { epochMs } from '../core/units.js';
import { digestOfText } from '../drafts/file-versions.js';
import { FaceError, toCode } from '../errors.js';
import {
  checkSections,
  connectionAdditions,
  createExtensionChecks,
  extensionCommands,
  sections,
} from '../extensions/index.js';
import { fetchModels, hasNoModels } from '../face/models/fetch.js';
import { isSystemError } from '../files/durable-file.js';
import { createProxiedFetch, createPublicFetch } from '../network/fetch.js';
import { createLog, createRequestContexts } from '../telemetry/log.js';
import { auditEvents } from './audit-events.js';
import { findConfiguration } from './own-configuration.js';
import type { LoadedSetup } from './reloader.js';
import type { RunningServer } from './server.js';
import { logUntrusted } from './untrusted.js';
import { ignoreUserFiles } from './user-files.js';

const args = process.argv.slice(2);
ignoreUserFiles(process.env);
const isServing = args.length === 0 || (args[0] === 'serve' && !args.some((each) => /^(-h|--help)$/.test(each)));

// Only this module uses these global functions. Other modules receive them as arguments.
const clock: Clock = { now: () => epochMs(Date.now()) };
const random: Random = (bytes) => randomBytes(bytes);
const contexts = createRequestContexts();
const logTo = isServing ? process.stdout : process.stderr;
const log = createLog(logTo.fd, contexts, logTo.isTTY === true);
const fetch = logUntrusted(
  createProxiedFetch((url, init) => globalThis.fetch(url, init)),
  log,
);

/** Writes a line for people to standard error. Standard output is for programs. */
const writeStderr = (line: string): void => void process.stderr.write(`${line}\n`);

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Prints lines for people. On a terminal, they are framed, because they would be overlooked between log lines. */
const announce = (lines: readonly string[]): void =>
  (process.stderr.isTTY ? toFrame(lines) : lines).forEach(writeStderr);

const stopSignals = ['SIGINT', 'SIGTERM'] as const;

async function untilStopped(): Promise<string> {
  const [signal] = await Promise.race(stopSignals.map((name) => once(process, name)));
  return String(signal);
}

const reading = { env: process.env, readFile: (path: string) => readFile(path, 'utf8') };

const secretUses = createSecretUses({ clock });

/** Opens sealed secrets with the keys that the configuration names. They are opened at the first secret. */
function createOpenSecret(given: typeof reading): OpenSecret {
  const openKeys = makeOnce(async () => {
    const config = await loadKeptConfig(given);
    const { openKeyService } = await import('../storage/keys/open.js');
    return (await openKeyService(config.keys, { files: filesOf(config), clock, random, log })).keys;
  });
  return async (secret, setting) => openSecret(secret, setting, { keys: await openKeys(), clock });
}

const loadWith = (given: typeof reading) =>
  loadSetup(connectionKinds, {
    openSecret: createOpenSecret(given),
    clock,
    random,
    fetch,
    log,
    sections,
    checkSections,
    createChecks: (config, connection) => createExtensionChecks(config, connection, { clock, random }),
    additions: connectionAdditions,
    ...given,
    onSecretUsed: secretUses.note,
  });

const readSetup = () => loadWith(reading);

const configPath = await findConfiguration(process.env, { isServing, random });
// Commands, and the modules that they load, read the variable.
process.env.FACESTEP_CONFIG = configPath;

/** Loads the configuration, with the digest of the text that was loaded. */
async function loadCurrent(): Promise<LoadedSetup> {
  // If the file cannot be read, loading it says why.
  const text = configPath === '' ? null : await reading.readFile(configPath).catch(() => null);
  const readFileOnce = async (path: string) => (path === configPath && text !== null ? text : reading.readFile(path));
  const setup = await loadWith({ ...reading, readFile: readFileOnce });
  return { setup, digest: text === null ? null : digestOfText(text) };
}

const longestSecretBytes = 65_536;

/** Reads a file that a draft names. Devices and pipes could fill the memory, or never end. */
async function readSecretFile(path: string): Promise<string> {
  const found = await stat(path);
  if (!found.isFile() || found.size > longestSecretBytes) throw new FaceError('config_invalid');
  return reading.readFile(path);
}

function openConfigurationFile(path: string): ConfigurationFile | null {
  if (path === '') return null;
  return {
    path,
    read: () => reading.readFile(path),
    load: (text) =>
      loadWith({ ...reading, readFile: async (asked) => (asked === path ? text : readSecretFile(asked)) }),
  };
}

/**
 * Runs the server. Signal handlers are installed first, because a signal without a handler would end the process
 * without a shutdown.
 */
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
  for (let isStopped = false; !isStopped; ) {
    let restart = (): void => {};
    const restarted = new Promise<boolean>((resolve) => {
      restart = () => resolve(false);
    });
    const server = await start(stopped, restart);
    if (server === null) return;
    reload = () => void server.reload();
    if (isReloadAsked) reload();
    isStopped = await Promise.race([stopped.then(() => true), restarted]);
    await server.stop();
  }
}

/**
 * Loads and starts the server, whose modules other commands do not need.
 * @returns `null` if a signal stopped it while models were downloaded
 */
async function start(stopped: Promise<void>, restart: () => void): Promise<RunningServer | null> {
  const loaded = await loadCurrent();
  const { setup } = loaded;
  const { modelsFolder } = setup.config;
  const { node } = process.versions;
  if (Number.parseInt(node, 10) < 22) log.warn('this Node gets no security fixes: use Node 22 or 24', { node });
  if (await hasNoModels(modelsFolder)) {
    const fetched = fetchModels(modelsFolder, writeStderr).then(() => true);
    if (!(await Promise.race([fetched, stopped]))) return null;
  }
  const { openEngine } = await import('./open-engine.js');
  const engine = openEngine(setup.config, { clock, random, log, printError: writeStderr });
  // Avoids an unhandled rejection before the server awaits the engine.
  engine.catch(() => {});
  const { startServer } = await import('./server.js');
  const deps = {
    auditEvents,
    clock,
    random,
    fetch,
    publicFetch: createPublicFetch(),
    log,
    contexts,
    printError: writeStderr,
    announce,
    engine,
    secretUses,
    restart,
    loadSetup: loadCurrent,
    configurationFile: openConfigurationFile(configPath),
    guides: providers.map(({ kind, guide }) => ({ ...guide, kind })),
    connectionGuards: guardsOf(connectionKinds, connectionAdditions),
  };
  return startServer(loaded, deps).catch((error: unknown) => {
    if (!(error instanceof TrailInUse)) throw error;
    throw new CommandError('server_running', { dataFolder: resolve(setup.config.dataFolder) }, { cause: error });
  });
}

const loadDemo = () => import('../../examples/demo/demo.js');

/** Runs one command. @returns the exit code */
async function run(): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  if (args.length === 0) {
    await serve();
    return exitCode;
  }
  // A reader such as `head` may close the pipe early.
  process.stdout.on('error', (error) => (isSystemError(error, 'EPIPE') ? process.exit(1) : fail(error)));
  const { runCommand } = await import('./program.js');
  await runCommand(args, {
    auditEvents,
    clock,
    random,
    fetch,
    env: process.env,
    log,
    printError: writeStderr,
    untilStopped,
    holdSignals,
    extensionCommands,
    loadSetup: readSetup,
    loadKept: () => loadKeptConfig(reading),
    loadStored: () => loadStoredConfig({ ...reading, openSecret: createOpenSecret(reading) }),
    readSealedVersions: () => readSealedVersions(reading),
    loadAddress: () => loadAddress(reading),
    loadConfiguredKey: () => loadConfiguredKey({ ...reading, openSecret: createOpenSecret(reading) }),
    paint: paintOn(hasColours(process.stdout, process.env)),
    readSecret,
    serve,
    showDemo: async (request) =>
      (await loadDemo()).showDemo(request, { auditEvents, print, printError: writeStderr, untilStopped }),
    writeDemoPhotos: async (folder) => (await loadDemo()).writeDemoPhotos(folder, writeStderr),
    print,
    endWith: (code) => {
      exitCode = code;
    },
  });
  return exitCode;
}

/** Prints what failed and what to do, and exits. */
function fail(error: unknown): never {
  const isVerbose = args.includes('--verbose');
  const options = { command: isServing ? null : (args[0] ?? null), asJson: args.includes('--json'), isVerbose };
  toFailureLines(error, { ...options, paint: paintOn(hasColours(process.stderr, process.env)) }).forEach(writeStderr);
  const code = toCode(error);
  const said = toFailureLines(error, { ...options, asJson: false, isVerbose: false, paint: paintOn(false) });
  const frames = code === 'internal' || isVerbose ? { frames: framesOf(error) } : {};
  if (isServing) log.error('ended', { code, said, ...frames });
  process.exit(1);
}

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

const exitCode = await run().catch(fail);
// The process is ended explicitly once output is written, because open keep-alive connections would delay its end.
process.stdout.write('', () => process.exit(exitCode));
