import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Random } from '../core/ports.js';
import { FaceError } from '../errors.js';
import { createFile, ifExists, readIfThere } from '../files/durable-file.js';

/*
 * An audit log is identified by the path of its active file, `audit.jsonl`. In the same folder are its closed files and
 * the files for signed heads, the chain's name and the lock.
 */

const beside = (file: string, ending: string): string => `${file.replace(/\.jsonl$/, '')}-${ending}`;

export const headsFileOf = (file: string): string => beside(file, 'heads.jsonl');

export const chainFileOf = (file: string): string => beside(file, 'chain');

export const lockFileOf = (file: string): string => beside(file, 'lock');

/** File of the probe of the disk. Backups skip it because of its suffix. */
export const probeFileOf = (file: string): string => beside(file, 'probe.new');

export const closedFileOf = (file: string, lastSequence: number): string =>
  beside(file, `${String(lastSequence).padStart(12, '0')}.jsonl`);

export const compressedFileOf = (closed: string): string => `${closed}.gz`;

/** File in which the compression of a closed file is prepared. Backups skip it because of its suffix. */
export const compressionDraftOf = (file: string): string => beside(file, 'compressing.new');

export const isCompressed = (file: string): boolean => file.endsWith('.gz');

/** Lists the closed files. If compressing one was interrupted, the plain one counts. */
export async function closedSegmentsOf(file: string) {
  const start = basename(beside(file, ''));
  const names = (await ifExists(readdir(dirname(file)))) ?? [];
  return names
    .filter((name) => name.startsWith(start) && /^\d{12,}\.jsonl(\.gz)?$/.test(name.slice(start.length)))
    .filter((name) => !isCompressed(name) || !names.includes(name.replace(/\.gz$/, '')))
    .map((name) => ({ file: join(dirname(file), name), lastSequence: Number.parseInt(name.slice(start.length), 10) }))
    .sort((a, b) => a.lastSequence - b.lastSequence);
}

/**
 * Reads the name of an audit log's hash chain; `null` if the chain has none yet. Signed heads (statements about the
 * log's end) contain this name.
 */
export async function readChainName(file: string): Promise<string | null> {
  return (await readIfThere(chainFileOf(file)))?.trim() ?? null;
}

/**
 * Reads the name of the hash chain, or creates one for an empty audit log. A log with records that has lost its name
 * gets no new one: signed heads under the former name would no longer apply, so truncation would go unnoticed.
 */
export async function openChainName(
  file: string,
  { hasRecords, random }: { readonly hasRecords: boolean; readonly random: Random },
): Promise<string> {
  if (!hasRecords) await createFile(chainFileOf(file), `${Buffer.from(random(16)).toString('hex')}\n`, random);
  const name = await readChainName(file);
  if (name === null) {
    throw new FaceError('state_unavailable', {
      store: 'audit',
      problem:
        `the trail has records, and ${chainFileOf(file)} with the name of its chain is missing: restore it from a backup, or ` +
        'move all files whose names begin with "audit" away, which starts a new trail',
    });
  }
  if (!/^[0-9a-f]{32}$/.test(name)) {
    throw new FaceError('state_unavailable', {
      store: 'audit',
      problem: 'the file with the name of the chain is spoilt',
    });
  }
  return name;
}
