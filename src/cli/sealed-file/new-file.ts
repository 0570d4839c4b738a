import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Random } from '../../core/ports.js';
import { isSystemError, syncFolder } from '../../files/durable-file.js';
import { UsageError } from '../usage-error.js';

const toTaken = (file: string): UsageError =>
  new UsageError(`${file} is there already, and is not overwritten. --out takes another name`);

/** How drafts are called: a crash may leave one. */
export const draftName = /^\.facestep-[0-9a-f]{16}\.new$/;

/** Whether a name is free, asked before any work is done. @throws UsageError where it is not; the system's errors */
export async function checkNameFree(file: string): Promise<void> {
  const isThere = await stat(file).then(
    () => true,
    (error: unknown) => {
      if (isSystemError(error, 'ENOENT')) return false;
      throw error;
    },
  );
  if (isThere) throw toTaken(file);
}

/**
 * Makes a file whole or not at all, for its owner alone: `fill` writes a draft in the same folder, which takes the name
 * once it is complete and on the disk. A file that has the name already is never touched.
 * @throws UsageError where there is one; what `fill` throws; the system's errors
 */
export async function createNewFile(
  file: string,
  fill: (draft: FileHandle) => Promise<void>,
  random: Random,
): Promise<void> {
  // A name of its own: that of the file may be as long as names may be.
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

/** Takes the name with an empty file, which the draft then replaces: file systems without links can do that too. */
async function reserve(file: string): Promise<void> {
  try {
    await (await open(file, 'wx', 0o600)).close();
  } catch (error) {
    throw isSystemError(error, 'EEXIST') ? toTaken(file) : error;
  }
}
