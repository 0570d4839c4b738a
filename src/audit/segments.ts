import { type FileHandle, open } from 'node:fs/promises';
import { ifExists } from '../files/durable-file.js';
import { closedSegmentsOf } from './trail-files.js';

export interface OpenSegment {
  readonly file: string;
  readonly handle: FileHandle;
  /** Identity of the file, which stays the same when the file is renamed. */
  readonly identity: string;
  /** Number of the last record; `null` for the active file. */
  readonly lastSequence: number | null;
}

const identityOf = async (handle: FileHandle): Promise<string> => {
  const { dev, ino } = await handle.stat({ bigint: true });
  return `${dev}:${ino}`;
};

/**
 * Opens the files of a trail, oldest first, even if one is closed in the meantime.
 * @param after - closed files without records after this number are skipped
 */
export async function* openSegments(file: string, after = 0): AsyncGenerator<OpenSegment> {
  // The active file is opened first. If it is closed and renamed in the meantime, it also appears among the closed
  // files and is read only once.
  const newest = await ifExists(open(file, 'r'));
  try {
    const newestIdentity = newest === null ? '' : await identityOf(newest);
    let isNewestClosed = false;
    for (const { file: closed, lastSequence } of await closedSegmentsOf(file)) {
      if (lastSequence <= after) continue;
      const handle = await ifExists(open(closed, 'r'));
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
