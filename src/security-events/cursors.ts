import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Random } from '../core/ports.js';
import { FaceError } from '../errors.js';
import { isSystemError, replaceFile } from '../files/durable-file.js';

const cursorsGuard = z.strictObject({ chain: z.string(), receivers: z.record(z.string(), z.int().min(0)) });

/** How far each receiver has been told. */
export interface Cursors {
  /** Number of the last record it was told of. */
  of(receiver: string): number;
  /** Puts it on the disk. Throws the system's error where that fails. */
  advance(receiver: string, sequence: number): Promise<void>;
}

/**
 * Opens the file with the cursors. A receiver that is new begins at the end of the trail; in a trail that was begun anew, the
 * others begin at its start.
 * @param options.end - number of the last record of the trail
 * @throws FaceError `state_unavailable`: the file is not as it was written, or cannot be
 */
export async function openCursors(
  file: string,
  options: {
    readonly chain: string;
    readonly end: number;
    readonly receivers: readonly string[];
    readonly random: Random;
  },
): Promise<Cursors> {
  const { chain, end, receivers, random } = options;
  const kept = await readCursors(file);
  const startOf = (receiver: string): number => {
    const known = kept?.receivers[receiver];
    if (known === undefined) return end;
    return kept?.chain === chain ? known : 0;
  };
  const cursors = new Map(receivers.map((receiver) => [receiver, startOf(receiver)]));
  let queue: Promise<unknown> = Promise.resolve();
  const write = (): Promise<void> =>
    replaceFile(file, JSON.stringify({ chain, receivers: Object.fromEntries(cursors) }), random);
  await write().catch((cause: unknown) => {
    throw unavailable(cause);
  });
  return {
    of: (receiver) => cursors.get(receiver) ?? end,
    advance(receiver, sequence) {
      cursors.set(receiver, sequence);
      const written = queue.then(write);
      queue = written.catch(() => {});
      return written;
    },
  };
}

async function readCursors(file: string): Promise<z.output<typeof cursorsGuard> | null> {
  try {
    return cursorsGuard.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    if (isSystemError(cause, 'ENOENT')) return null;
    throw unavailable(cause);
  }
}

const unavailable = (cause: unknown): FaceError =>
  new FaceError('state_unavailable', { store: 'security events' }, { cause });
