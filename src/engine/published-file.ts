import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FaceError } from '../errors.js';
import type { PublishedFile } from './manifest.js';

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

/**
 * The bytes of a published file, checked against the manifest: what is returned is what was checked.
 * @returns `null` where there is no such file in the folder
 * @throws FaceError `model_altered`: it is there and is not the published one.
 */
export async function readPublishedFile(folder: string, expected: PublishedFile): Promise<Uint8Array | null> {
  const bytes = await readFile(join(folder, expected.file)).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw new FaceError('model_missing', { file: expected.file }, { cause: error });
  });
  if (bytes === null) return null;
  const isPublished =
    bytes.length === expected.bytes && createHash('sha256').update(bytes).digest('hex') === expected.sha256;
  if (!isPublished) throw new FaceError('model_altered', { file: expected.file });
  return bytes;
}
