import { type FileHandle, open } from 'node:fs/promises';
import { isSystemError } from '../keys/durable-file.js';
import { closedSegmentsOf } from './trail-files.js';

/** One file of a trail, open for reading. */
export interface OpenSegment {
  readonly file: string;
  readonly handle: FileHandle;
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
 */
export async function* openSegments(file: string): AsyncGenerator<OpenSegment> {
  // The newest first: should it be closed meanwhile, it is among the closed ones.
  const newest = await openIfThere(file);
  try {
    const newestIdentity = newest === null ? null : await identityOf(newest);
    let isNewestClosed = false;
    for (const closed of await closedSegmentsOf(file)) {
      const handle = await openIfThere(closed.file);
      if (handle === null) continue;
      try {
        isNewestClosed ||= (await identityOf(handle)) === newestIdentity;
        yield { file: closed.file, handle };
      } finally {
        await handle.close();
      }
    }
    if (newest !== null && !isNewestClosed) yield { file, handle: newest };
  } finally {
    await newest?.close();
  }
}
