import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Random } from '../core/ports.js';
import { FaceError } from '../errors.js';
import { isSystemError, replaceFile } from '../files/durable-file.js';

const cursorsGuard = z.strictObject({ chain: z.string(), receivers: z.record(z.string(), z.int().min(0)) });

/** How far each stream has been told, by its id. */
export interface Cursors {
  /** Number of the last record it was told of. */
  of(stream: string): number;
  /** Puts it on the disk. Throws the system's error where that fails. */
  advance(stream: string, sequence: number): Promise<void>;
  /** Forgets one that is no more. Throws the system's error where that fails. */
  forget(stream: string): Promise<void>;
}

/**
 * Opens the file with the cursors. In a trail that was begun anew, those that are known begin at its start.
 * @param options.streams - all there are, and the number of the record after which one begins that is not in the file
 * @throws FaceError `state_unavailable`: the file is not as it was written, or cannot be
 */
export async function openCursors(
  file: string,
  options: { readonly chain: string; readonly streams: ReadonlyMap<string, number>; readonly random: Random },
): Promise<Cursors> {
  const { chain, streams, random } = options;
  const kept = await readCursors(file);
  const startOf = (stream: string, whenNew: number): number => {
    const known = kept?.receivers[stream];
    if (known === undefined) return whenNew;
    return kept?.chain === chain ? known : 0;
  };
  const cursors = new Map([...streams].map(([stream, whenNew]) => [stream, startOf(stream, whenNew)]));
  let queue: Promise<unknown> = Promise.resolve();
  const write = (): Promise<void> =>
    replaceFile(file, JSON.stringify({ chain, receivers: Object.fromEntries(cursors) }), random);
  const writeInTurn = (): Promise<void> => {
    const written = queue.then(write);
    queue = written.catch(() => {});
    return written;
  };
  await write().catch((cause: unknown) => {
    throw unavailable(cause);
  });
  return {
    of: (stream) => cursors.get(stream) ?? 0,
    advance(stream, sequence) {
      cursors.set(stream, sequence);
      return writeInTurn();
    },
    forget(stream) {
      cursors.delete(stream);
      return writeInTurn();
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
