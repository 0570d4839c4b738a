import { type FileHandle, open } from 'node:fs/promises';
import { isSystemError } from '../files/durable-file.js';
import { closedSegmentsOf } from './trail-files.js';

/** One file of a trail, open for reading. */
export interface OpenSegment {
  readonly file: string;
  readonly handle: FileHandle;
  /** Tells it from the others, also when it is closed later and gets another name. */
  readonly identity: string;
  /** The number of its last record; `null` of the one that is written to. */
  readonly lastSequence: number | null;
}

async function openIfThere(file: string): Promise<FileHandle | null> {
  return open(file, 'r').catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return null;
    throw error;
  });
}

const identityOf = async (handle: FileHandle): Promise<string> => {
  const { dev, ino } = await handle.stat({ bigint: true });
  return `${dev}:${ino}`;
};

/**
 * The files of a trail, oldest first, while another process may be closing or removing some: what is there at the start is
 * given once. Each is closed when the next is asked for. A trail that is not there has none.
 * @param after - number of a record: closed segments with none after it are left out
 */
export async function* openSegments(file: string, after = 0): AsyncGenerator<OpenSegment> {
  // The newest first: should it be closed meanwhile, it is among the closed ones.
  const newest = await openIfThere(file);
  try {
    const newestIdentity = newest === null ? '' : await identityOf(newest);
    let isNewestClosed = false;
    for (const { file: closed, lastSequence } of await closedSegmentsOf(file)) {
      if (lastSequence <= after) continue;
      const handle = await openIfThere(closed);
      if (handle === null) continue;
      try {
        const identity = await identityOf(handle);
        isNewestClosed ||= identity === newestIdentity;
        yield { file: closed, handle, identity, lastSequence };
      } finally {
        await handle.close();
      }
    }
    if (newest !== null && !isNewestClosed) {
      yield { file, handle: newest, identity: newestIdentity, lastSequence: null };
    }
  } finally {
    await newest?.close();
  }
}
