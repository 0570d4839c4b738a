import { readFile } from 'node:fs/promises';
import type { Random } from '../core/ports.js';
import { FaceError } from '../errors.js';
import { createFile, isSystemError } from '../files/durable-file.js';
import { chainFileOf } from './trail-files.js';

/** The name of a trail's chain, which tells its heads from those of other replicas; `null` where it has none yet. */
export async function readChainName(file: string): Promise<string | null> {
  try {
    return (await readFile(chainFileOf(file), 'utf8')).trim();
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null;
    throw error;
  }
}

/**
 * The same; a random one is made for a trail that has no record yet. One that has some and lost its name gets no other: the store
 * keeps its newest head under that name, and nobody would see any more that the trail was cut.
 * @throws FaceError `state_unavailable`: the file is gone, or holds something else
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
