import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { findSystemReason } from '../../core/base/system-error.js';
import { FaceError } from '../../errors.js';
import type { PublishedFile } from './manifest.js';

const missingFile = z.object({ code: z.literal('ENOENT') });

/**
 * Reads a file and verifies its checksum.
 * @returns `null` if the file does not exist
 * @throws `model_altered` if the checksum is wrong; `model_missing` if the file is unreadable
 */
export async function readPublishedFile(
  folder: string,
  expected: Pick<PublishedFile, 'file' | 'sha256' | 'bytes'>,
): Promise<Uint8Array | null> {
  const bytes = await readFile(join(folder, expected.file)).catch((error: unknown) => {
    if (missingFile.safeParse(error).success) return null;
    throw new FaceError('model_missing', {
      file: expected.file,
      folder: resolve(folder),
      problem: findSystemReason(error),
    });
  });
  if (bytes === null) return null;
  const isPublished =
    bytes.length === expected.bytes && createHash('sha256').update(bytes).digest('hex') === expected.sha256;
  if (!isPublished) throw new FaceError('model_altered', { file: expected.file, folder: resolve(folder) });
  return bytes;
}
