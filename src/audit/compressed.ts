import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { pipeline as pipe } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { syncFolder } from '../files/durable-file.js';
import { compressedFileOf, isCompressed } from './trail-files.js';

const chunkBytes = 1024 * 1024;

/** Reads a file of a trail from its beginning, without compression. */
export function readUncompressed({
  file,
  handle,
}: {
  readonly file: string;
  readonly handle: FileHandle;
}): AsyncIterable<Buffer> {
  const stream = handle.createReadStream({ start: 0, highWaterMark: chunkBytes, autoClose: false });
  // The reader receives an error of `stream`, because `pipe` destroys what it returns.
  return isCompressed(file) ? pipe(stream, createGunzip({ chunkSize: chunkBytes }), () => {}) : stream;
}

/** Returns the size of a file of a trail without compression. Gzip notes it in the last four bytes (RFC 1952). */
export async function readUncompressedSize(file: string): Promise<number> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    if (!isCompressed(file)) return size;
    return (await handle.read(Buffer.alloc(4), 0, 4, size - 4)).buffer.readUInt32LE();
  } finally {
    await handle.close();
  }
}

/** Replaces a closed file by a compressed one. Until that one is on disk, the file stays, and is the one that is read. */
export async function compressSegment(file: string, signal: AbortSignal): Promise<void> {
  const compressed = compressedFileOf(file);
  const draft = `${compressed}.new`;
  try {
    const written = createWriteStream(draft, { mode: 0o600, flush: true });
    await pipeline(createReadStream(file), createGzip(), written, { signal });
    await rename(draft, compressed);
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(file);
  await rm(file);
}
