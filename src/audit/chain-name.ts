import type { Random } from '../core/ports.js';
import { FaceError } from '../errors.js';
import { createFile, readIfThere } from '../files/durable-file.js';
import { chainFileOf } from './trail-files.js';

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
