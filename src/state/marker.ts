import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { FaceError } from '../errors.js';
import { isSystemError } from '../files/durable-file.js';

/**
 * What this server has noted beside its store, in a file of its own.
 * @returns `null` where it never has
 * @throws FaceError `state_unavailable`: the file is not as it was written
 */
export async function readMarker<Guard extends z.ZodType>(file: string, guard: Guard): Promise<z.output<Guard> | null> {
  try {
    return guard.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    if (isSystemError(cause, 'ENOENT')) return null;
    throw new FaceError('state_unavailable', { file }, { cause });
  }
}
