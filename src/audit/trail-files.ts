import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ifThere } from '../files/durable-file.js';

/*
 * An audit log is identified by the path of its active file, `audit.jsonl`. In the same folder are its closed files and
 * the files for signed heads, the chain's name and the lock.
 */

const beside = (file: string, ending: string): string => `${file.replace(/\.jsonl$/, '')}-${ending}`;

export const headsFileOf = (file: string): string => beside(file, 'heads.jsonl');

export const chainFileOf = (file: string): string => beside(file, 'chain');

export const lockFileOf = (file: string): string => beside(file, 'lock');

export const closedFileOf = (file: string, lastSequence: number): string =>
  beside(file, `${String(lastSequence).padStart(12, '0')}.jsonl`);

export interface ClosedSegment {
  readonly file: string;
  readonly lastSequence: number;
}

export async function closedSegmentsOf(file: string): Promise<ClosedSegment[]> {
  const start = basename(beside(file, ''));
  const names = (await ifThere(readdir(dirname(file)))) ?? [];
  return names
    .filter((name) => name.startsWith(start) && /^\d{12,}\.jsonl$/.test(name.slice(start.length)))
    .map((name) => ({ file: join(dirname(file), name), lastSequence: Number.parseInt(name.slice(start.length), 10) }))
    .sort((a, b) => a.lastSequence - b.lastSequence);
}
