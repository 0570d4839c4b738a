import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { FaceError } from '../../errors.js';
import {
  answerGuard,
  type PhotoJob,
  type PresenceSetup,
  type Reply,
  type Request,
  replyBounds,
  requestBounds,
} from './messages.js';
import { decodeMessage, encodeMessage, readMessages, writeMessage } from './pipe-messages.js';
import type { RuntimeName } from './runtime.js';

/** A worker of the process that parses pictures. */
export interface WorkerHandle {
  readonly runtime: RuntimeName;
  readonly whenGone: Promise<void>;
  ask(job: PhotoJob): Promise<Reply>;
  close(): Promise<void>;
}

/** Access that the process that parses pictures has, read from the operating system. `null` if it is not known. */
export interface Confinement {
  readonly pid: number;
  readonly network: boolean | null;
  readonly coreFiles: boolean | null;
  readonly memoryMiB: number | null;
  /** True if its JavaScript can write files or start programs. Native code always can. */
  readonly files: boolean;
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

const presenceProgram = fileURLToPath(new URL('presence-process.js', import.meta.url));

/** The installed package, or the outermost `node_modules` that it lies in, and where a link leads to what it uses. */
const installations = [new URL('../../../..', import.meta.url).href, import.meta.resolve('sharp')].flatMap((url) =>
  fileURLToPath(url)
    .split(/(?<=\/node_modules)\//)
    .slice(0, 1),
);

/** With two arenas, the C library keeps less memory that the models have released. */
const environment = { ORT_DISABLE_TELEMETRY: '1', MALLOC_ARENA_MAX: '2' };

/** A worker that takes longer to start, for a picture or to close hangs. */
const jobTimeoutMs = 120_000;

/** Twice the address space that the runtime and the models reserve. */
const toMostBytes = (workers: number): number => (6 + workers) * 2 ** 30;

const canRun = (file: string, ...args: string[]): Promise<boolean> =>
  promisify(execFile)(file, args, { env: {} }).then(
    () => true,
    () => false,
  );

/** Returns the programs of util-linux that this system lets take away the network, core files and memory. */
async function findLimits(workers: number): Promise<readonly string[]> {
  const unshare = ['/usr/bin/unshare', '--user', '--net'];
  const limit = ['/usr/bin/prlimit', '--core=0', `--nofile=${256 * (2 + workers)}`, `--as=${toMostBytes(workers)}`];
  const [isApart, isLimited] = await Promise.all(
    [unshare, limit].map(([file = '', ...args]) => canRun(file, ...args, '/bin/true')),
  );
  return [...(isApart ? unshare : []), ...(isLimited ? limit : [])];
}

/** Without it, the runtime in WebAssembly reserves more address space than the limit. */
const memoryOptions = ['--disable-wasm-trap-handler'].filter((each) => process.allowedNodeEnvironmentFlags.has(each));

/** Returns the options with which Node lets the process read only the program and its models, if it can. */
function nodeOptionsOf({ modelsFolder, recognisers, judges }: PresenceSetup): readonly string[] {
  const permission = ['--permission', '--experimental-permission'].find((each) =>
    process.allowedNodeEnvironmentFlags.has(each),
  );
  if (permission === undefined) return [];
  const ofJudges = judges.flatMap((each) => (typeof each === 'string' ? [] : [each.folder]));
  const folders = [...installations, modelsFolder, ...recognisers.map(({ folder }) => folder), ...ofJudges];
  // Node aborts if a folder is repeated.
  const readable = [...new Set(folders.map((folder) => `--allow-fs-read=${resolve(folder)}`))];
  return ['--no-warnings', permission, '--allow-addons', '--allow-worker', ...readable];
}

/** Reads from outside what the process can do, because a process that was taken over would lie. */
async function inspectProcess(pid: number, files: boolean): Promise<Confinement> {
  const orNull = (reading: Promise<string>): Promise<string | null> => reading.catch(() => null);
  const [own, its, limits] = await Promise.all([
    orNull(readlink('/proc/self/ns/net')),
    orNull(readlink(`/proc/${pid}/ns/net`)),
    orNull(readFile(`/proc/${pid}/limits`, 'utf8')),
  ]);
  const limitOf = (name: string): string | null => limits?.match(new RegExp(`^${name} +(\\S+)`, 'm'))?.[1] ?? null;
  const memory = limitOf('Max address space');
  return {
    pid,
    network: own === null || its === null ? null : own === its,
    coreFiles: limits === null ? null : limitOf('Max core file size') !== '0',
    memoryMiB: memory === null || memory === 'unlimited' ? null : Number(memory) / 2 ** 20,
    files,
  };
}

interface Slot {
  take(reply: Reply): void;
  end(cause: unknown): void;
}

/** Passes what the process answers to its workers until it ends, and returns why it ended. */
async function passAnswers(child: Child, slots: ReadonlyMap<number, Slot>): Promise<unknown> {
  const ended = new Promise<unknown>((resolve) => {
    child.on('error', resolve);
    // A process that it started could keep the pipe open.
    child.on('exit', () => setTimeout(() => child.stdout.destroy(), 1000).unref());
    child.on('close', (code, signal) => resolve(signal ?? code));
  });
  try {
    for await (const message of readMessages(child.stdout, replyBounds)) {
      const { slot, reply } = answerGuard.parse(decodeMessage(message));
      if (reply.outcome === 'gone') slots.get(slot)?.end('worker ended');
      else slots.get(slot)?.take(reply);
    }
  } catch {
    // It sent no message, or too much.
  }
  child.kill('SIGKILL');
  return ended;
}

interface Line {
  /** Settles with the answer, or rejects when the process or its worker ends. */
  ask(job: Request['job']): Promise<Reply>;
  release(): void;
  readonly whenGone: Promise<void>;
}

/** Opens a slot of the process, for a worker or the process itself. It answers one job at a time. */
function openLine(child: Child, slots: Map<number, Slot>, slot: number): Line {
  let settle: { resolve(reply: Reply): void; reject(error: FaceError): void } | null = null;
  let hung: NodeJS.Timeout | undefined;
  /** Error of the last job, if the process or the worker ends. */
  let failure: 'internal' | 'overloaded' = 'internal';
  const whenGone = new Promise<void>((resolve) => {
    slots.set(slot, {
      take(reply) {
        clearTimeout(hung);
        settle?.resolve(reply);
        settle = null;
      },
      end(cause) {
        slots.delete(slot);
        clearTimeout(hung);
        settle?.reject(new FaceError(failure, { worker: 'died', retryAfterSec: 1 }, { cause }));
        settle = null;
        resolve();
      },
    });
  });
  return {
    whenGone,
    release: () => void slots.delete(slot),
    ask(job) {
      // A picture can be sent again, and is not counted against its person. A start that failed is a fault.
      failure = job.task === 'open' ? 'internal' : 'overloaded';
      const reply = new Promise<Reply>((resolve, reject) => {
        settle = { resolve, reject };
      });
      hung = setTimeout(() => child.kill('SIGKILL'), jobTimeoutMs);
      // The process does not read what it is sent, although it may still answer.
      if (child.stdin.writableLength > (slots.size + 1) * requestBounds.mostBytes) child.stdin.destroy();
      if (child.stdin.destroyed) child.kill('SIGKILL');
      writeMessage(child.stdin, encodeMessage({ slot, job } satisfies Request));
      return reply;
    },
  };
}

const toUnexpected = (reply: Reply): FaceError =>
  reply.outcome === 'refused' ? new FaceError(reply.code, reply.detail) : new FaceError('internal');

/** Starts a worker in the process, and waits for its models. */
async function openWorker({ ask, whenGone }: Line, setup: PresenceSetup): Promise<WorkerHandle> {
  const first = await ask({ task: 'open', setup });
  if (first.outcome !== 'ready') {
    await whenGone;
    throw toUnexpected(first);
  }
  return {
    runtime: first.runtime,
    whenGone,
    ask,
    async close() {
      ask({ task: 'close' }).catch(() => {});
      await whenGone;
    },
  };
}

/**
 * Prepares the process that parses pictures: without environment and, where the platform allows, without network, files,
 * core files or unlimited memory. A process that ends is replaced when the next worker starts.
 * @param program - another program with its arguments, to test the limits
 */
export function createPresence(setup: PresenceSetup, workers: number, program: readonly string[] = [presenceProgram]) {
  const slots = new Map<number, Slot>();
  const options = nodeOptionsOf(setup);
  const whenLimited = findLimits(workers);
  let running: { readonly child: Child; readonly ended: Promise<void> } | null = null;
  let opened = 0;
  const killAtExit = (): void => void running?.child.kill('SIGKILL');
  process.on('exit', killAtExit);

  const start = (limits: readonly string[]) => {
    const [file = process.execPath, ...args] = [...limits, process.execPath, ...memoryOptions, ...options, ...program];
    const child = spawn(file, args, { env: environment, stdio: ['pipe', 'pipe', 'ignore'] });
    // It fails if the process has ended, which `close` tells.
    child.stdin.on('error', () => {});
    const ended = passAnswers(child, slots).then((cause) => {
      // Before the workers end, because the pool replaces them at once.
      running = null;
      for (const slot of slots.values()) slot.end(cause);
    });
    return { child, ended };
  };

  const openNext = async (): Promise<Line> => {
    const limits = await whenLimited;
    running ??= start(limits);
    opened += 1;
    return openLine(running.child, slots, opened);
  };
  /** Asks the process itself, without a worker. */
  const askProcess = async (job: Request['job']): Promise<Reply> => {
    const { ask, release } = await openNext();
    return ask(job).finally(release);
  };
  const inspect = async (): Promise<Confinement> => {
    const pid = running?.child.pid;
    if (pid === undefined) throw new FaceError('overloaded', { workers: 0, retryAfterSec: 1 });
    return inspectProcess(pid, options.length === 0);
  };

  return {
    /** Starts a worker, and the process if it does not run. */
    async open(): Promise<WorkerHandle> {
      return openWorker(await openNext(), setup);
    },
    inspect,
    /** Loads the model runtime in the process, without models. */
    async probe() {
      const reply = await askProcess({ task: 'probe' });
      if (reply.outcome !== 'ready') throw toUnexpected(reply);
      return { runtime: reply.runtime, confinement: await inspect() };
    },
    /** Returns the public key of the process, in base64url. A process that replaces it has another one. */
    async tellKey(): Promise<string> {
      const reply = await askProcess({ task: 'tell_key' });
      if (reply.outcome !== 'key') throw toUnexpected(reply);
      return reply.publicKey;
    },
    async close() {
      process.off('exit', killAtExit);
      running?.child.stdin.end();
      await running?.ended;
    },
  };
}
