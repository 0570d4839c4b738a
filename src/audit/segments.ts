import { type FileHandle, open, stat } from 'node:fs/promises';
import { ifExists } from '../files/durable-file.js';
import { closedSegmentsOf, compressedFileOf } from './trail-files.js';

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

/** Opens the active file and lists the closed ones, all at a moment at which none is being closed. */
async function openActive(file: string) {
  for (;;) {
    const handle = await ifExists(open(file, 'r'));
    const identity = handle === null ? '' : await identityOf(handle);
    const closed = await closedSegmentsOf(file);
    const found = await ifExists(stat(file, { bigint: true }));
    if (identity === (found === null ? '' : `${found.dev}:${found.ino}`)) return { handle, identity, closed };
    await handle?.close();
  }
}

/**
 * Opens the files of a trail, oldest first, even if one is closed or compressed in the meantime.
 * @param after - closed files without records after this number are skipped
 */
export async function* openSegments(file: string, after = 0): AsyncGenerator<OpenSegment> {
  const { handle: opened, identity, closed } = await openActive(file);
  await using active = opened;
  for (const { file: listed, lastSequence } of closed) {
    if (lastSequence <= after) continue;
    const plain = await ifExists(open(listed, 'r'));
    const path = plain === null ? compressedFileOf(listed) : listed;
    await using handle = plain ?? (await ifExists(open(path, 'r')));
    if (handle === null) continue;
    yield { file: path, handle, identity: await identityOf(handle), lastSequence };
  }
  if (active !== null) yield { file, handle: active, identity, lastSequence: null };
}
