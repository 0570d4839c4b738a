import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { residentMiB } from '../measure.js';
import type { Comparison, LibraryName } from './library.js';
import { answerGuards, type Job, type Pair, type PhotoPair, type Settings } from './messages.js';

/** A library at work in a process of its own. One job at a time. */
export interface LibraryHandle {
  readonly name: LibraryName;
  readonly settings: Settings;
  /** From starting the process to the end of the first photo. */
  readonly startUpMs: number;
  /** Verifies one pair so many times. @returns the milliseconds of each */
  verify(photos: PhotoPair, runs: number): Promise<number[]>;
  /** Verifies pairs one after the other. @returns of all together, the time passed and the processor time */
  verifyAll(pairs: readonly PhotoPair[]): Promise<{ readonly passedMs: number; readonly processorMs: number }>;
  /** Embeds photos, and keeps their templates after those there are. @returns whether a face was found, of each */
  embed(photos: readonly Uint8Array[]): Promise<boolean[]>;
  /** Compares templates that are kept; `null` where one is missing. */
  compare(pairs: readonly Pair[]): Promise<(Comparison | null)[]>;
  /** Memory of the process now. */
  readRssMiB(): number;
  stop(): Promise<void>;
}

/**
 * Starts a process, loads the library in it and puts one photo through. What libraries print goes to stderr.
 * @throws Error where the process ends before it has answered
 */
export async function startLibrary(name: LibraryName, photo: Uint8Array): Promise<LibraryHandle> {
  const from = performance.now();
  const child = fork(fileURLToPath(new URL('./library-process.js', import.meta.url)), {
    serialization: 'advanced',
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const gone = once(child, 'exit');

  async function ask<Answer>(job: Job, guard: z.ZodType<Answer>): Promise<Answer> {
    const answered = once(child, 'message');
    child.send(job);
    const answer = await Promise.race([answered, gone.then(() => null)]);
    if (answer === null) throw new Error(`the process of ${name} ended during: ${job.task}`);
    return guard.parse(answer[0]);
  }

  const settings = await ask({ task: 'start', library: name, photo }, answerGuards.start);
  return {
    name,
    settings,
    startUpMs: performance.now() - from,
    verify: (photos, runs) => ask({ task: 'verify', photos, runs }, answerGuards.verify),
    verifyAll: (pairs) => ask({ task: 'pairs', pairs }, answerGuards.pairs),
    embed: (photos) => ask({ task: 'embed', photos }, answerGuards.embed),
    compare: (pairs) => ask({ task: 'compare', pairs }, answerGuards.compare),
    readRssMiB: () => residentMiB(child.pid ?? 0),
    async stop() {
      child.kill();
      await gone;
    },
  };
}
