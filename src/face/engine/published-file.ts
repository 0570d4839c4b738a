import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { findSystemReason } from '../../core/base/system-error.js';
import { FaceError } from '../../errors.js';
import type { PublishedFile } from './manifest.js';

const missingFile = z.object({ code: z.literal('ENOENT') });

/** Largest model file. */
export const mostModelBytes = 1024 ** 3;

/**
 * Reads a regular file.
 * @throws RangeError if it is no regular file or larger than the limit, before it is read
 */
export async function readWithin(path: string, mostBytes: number): Promise<Uint8Array> {
  // A pipe would keep the caller waiting.
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const found = await file.stat();
  if (!found.isFile()) throw new RangeError('it is no regular file');
  if (found.size > mostBytes) throw new RangeError(`it has ${found.size} bytes; the limit is ${mostBytes}`);
  return await file.readFile();
}

/**
 * Reads a file and verifies its checksum.
 * @returns `null` if the file does not exist
 * @throws `model_altered` if the checksum is wrong; `model_missing` if the file is unreadable
 */
export async function readPublishedFile(
  folder: string,
  expected: Pick<PublishedFile, 'file' | 'sha256'> & Partial<Pick<PublishedFile, 'bytes'>>,
): Promise<Uint8Array | null> {
  const altered = (): FaceError => new FaceError('model_altered', { file: expected.file, folder: resolve(folder) });
  const bytes = await readWithin(join(folder, expected.file), expected.bytes ?? mostModelBytes).catch(
    (error: unknown) => {
      if (missingFile.safeParse(error).success) return null;
      if (error instanceof RangeError) throw altered();
      throw new FaceError('model_missing', {
        file: expected.file,
        folder: resolve(folder),
        problem: findSystemReason(error),
      });
    },
  );
  if (bytes === null) return null;
  if (createHash('sha256').update(bytes).digest('hex') !== expected.sha256) throw altered();
  return bytes;
}
