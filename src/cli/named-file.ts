import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileExists } from '../config/data-files.js';
import type { Random } from '../core/ports.js';
import { isSystemError, syncFolder } from '../files/durable-file.js';
import { UsageError } from './command-error.js';

export const readGivenFile = (file: string): Promise<Buffer> =>
  readFile(file).catch(() => {
    throw toUnread(file);
  });

export const toUnread = (file: string): UsageError => new UsageError(`${file} cannot be read`);

export function parseGivenJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${file} is no JSON`);
  }
}

const toTaken = (file: string): UsageError =>
  new UsageError(`${file} is there already, and is not overwritten. --out takes another name`);

/** Name of a draft, which a crash may leave. */
export const draftName = /^\.facestep-[0-9a-f]{16}\.new$/;

/** Checks that no file has this name. @throws UsageError if a file has this name; system errors */
export async function checkNameFree(file: string): Promise<void> {
  if (await fileExists(file)) throw toTaken(file);
}

/**
 * Creates a file atomically, readable by its owner only. Never overwrites.
 * @throws UsageError if the file exists; errors of `fill`; system errors
 */
export async function createNewFile(
  file: string,
  fill: (draft: FileHandle) => Promise<void>,
  random: Random,
): Promise<void> {
  // The draft's name does not contain the file's name, which may already have the maximum length.
  const draft = join(dirname(file), `.facestep-${Buffer.from(random(8)).toString('hex')}.new`);
  const handle = await open(draft, 'wx', 0o600);
  try {
    try {
      await fill(handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await reserve(file);
    await rename(draft, file).catch(async (error: unknown) => {
      await rm(file, { force: true });
      throw error;
    });
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(file);
}

/**
 * Creates an empty file with the final name, which the draft replaces. This also works on file systems without hard
 * links.
 */
async function reserve(file: string): Promise<void> {
  try {
    await (await open(file, 'wx', 0o600)).close();
  } catch (error) {
    throw isSystemError(error, 'EEXIST') ? toTaken(file) : error;
  }
}
