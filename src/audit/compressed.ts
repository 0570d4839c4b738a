import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { pipeline as pipe } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { z } from 'zod';
import { syncFolder } from '../files/durable-file.js';
import { compressedFileOf, isCompressed } from './trail-files.js';

const chunkBytes = 1024 * 1024;

/** Size of an uncompressed chunk. The chunk that is damaged is lost. */
const uncompressedChunkBytes = 128 * 1024;

/** Size at which a file is closed and a new one begun. Retention removes whole files. */
export const longestSegmentBytes = 64 * 1024 * 1024;

/** Size of the content of a compressed file. The last group of records may exceed the size at which a file is closed. */
const longestContentBytes = longestSegmentBytes + 16 * 1024 * 1024;

const damageGuard = z.object({ code: z.enum(['Z_DATA_ERROR', 'Z_BUF_ERROR', 'Z_NEED_DICT']) });

/**
 * Reads a file of a trail from its beginning, without compression.
 * @param onDamage - called before the end if the rest cannot be uncompressed, or is longer than any file of a trail
 */
export async function* readUncompressed(
  { file, handle }: { readonly file: string; readonly handle: FileHandle },
  onDamage: () => void = () => {},
): AsyncGenerator<Buffer> {
  const stream = handle.createReadStream({ start: 0, highWaterMark: chunkBytes, autoClose: false });
  if (!isCompressed(file)) return yield* stream;
  let bytes = 0;
  try {
    // The reader receives an error of `stream`, because `pipe` destroys what it returns.
    for await (const chunk of pipe(stream, createGunzip({ chunkSize: uncompressedChunkBytes }), () => {})) {
      bytes += chunk.length;
      if (bytes > longestContentBytes) return onDamage();
      yield chunk;
    }
  } catch (error) {
    if (!damageGuard.safeParse(error).success) throw error;
    onDamage();
  }
}

/** Returns the size of a file of a trail without compression. Gzip notes it in the last four bytes (RFC 1952). */
export async function readUncompressedSize(file: string): Promise<number> {
  await using handle = await open(file, 'r');
  const { size } = await handle.stat();
  if (!isCompressed(file)) return size;
  return (await handle.read(Buffer.alloc(4), 0, 4, size - 4)).buffer.readUInt32LE();
}

/**
 * Replaces a closed file by a compressed one. Until that one is on disk, the file stays, and is the one that is read.
 * A file that is too long stays as it is.
 */
export async function compressSegment(file: string, draft: string, signal: AbortSignal): Promise<void> {
  if ((await stat(file)).size > longestContentBytes) return;
  const compressed = compressedFileOf(file);
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
