import { readFile } from 'node:fs/promises';
import type { Random } from '../core/ports.js';
import { FaceError } from '../errors.js';
import { createFile, isSystemError } from '../files/durable-file.js';
import { chainFileOf } from './trail-files.js';

/** Reads the name of a trail's chain, which identifies the chain's signed heads. `null` if there is none yet. */
export async function readChainName(file: string): Promise<string | null> {
  try {
    return (await readFile(chainFileOf(file), 'utf8')).trim();
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null;
    throw error;
  }
}

/**
 * Reads the name of the chain, or creates one for an empty trail. A trail that lost its name gets no new one, because
 * its truncation would go unnoticed.
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
        `the trail has records, and ${chainFileOf(file)} with the name of its chain is gone: put it back from a backup, or ` +
        'put all files whose names begin with "audit" away together, and a new trail begins',
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
