import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isSystemError } from '../files/durable-file.js';

/*
 * A trail is named by the file that is written to, such as `audit.jsonl`. Beside it stand its signed heads, its name, the
 * lock of whoever writes, and the segments that are closed, each named by the number of its last record.
 */

const beside = (file: string, ending: string): string => `${file.replace(/\.jsonl$/, '')}-${ending}`;

/** The signed heads. */
export const headsFileOf = (file: string): string => beside(file, 'heads.jsonl');

/** The name of the chain. */
export const chainFileOf = (file: string): string => beside(file, 'chain');

export const lockFileOf = (file: string): string => beside(file, 'lock');

/** A closed segment of a trail, or of its heads. */
export const closedFileOf = (file: string, lastSequence: number): string =>
  beside(file, `${String(lastSequence).padStart(12, '0')}.jsonl`);

/** A segment that nothing is added to any more. */
export interface ClosedSegment {
  readonly file: string;
  /** The number of its last record. */
  readonly lastSequence: number;
}

/** The closed segments of a trail, oldest first. */
export async function closedSegmentsOf(file: string): Promise<ClosedSegment[]> {
  const start = basename(beside(file, ''));
  const names = await readdir(dirname(file)).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  });
  return names
    .filter((name) => name.startsWith(start) && /^\d{12,}\.jsonl$/.test(name.slice(start.length)))
    .map((name) => ({ file: join(dirname(file), name), lastSequence: Number.parseInt(name.slice(start.length), 10) }))
    .sort((a, b) => a.lastSequence - b.lastSequence);
}
