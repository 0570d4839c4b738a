import { link, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Random } from '../core/ports.js';

/** Whether a thrown thing is an error of the system with this code, such as `ENOENT`. */
export const isSystemError = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;

/** How the names of drafts end, after the name of the file they are for. */
export const draftEnd = /^\.[0-9a-f]{16}\.new$/;

/** Writes a text beside `file`, mode 0600, complete and on the disk. @returns the name of that draft */
export async function writeBeside(file: string, text: string, random: Random): Promise<string> {
  const draft = `${file}.${Buffer.from(random(8)).toString('hex')}.new`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return draft;
}

/** Makes a file, whole and on the disk, where there is none. @returns whether it was made; of several at once, one is */
export async function createFile(file: string, text: string, random: Random): Promise<boolean> {
  const draft = await writeBeside(file, text, random);
  try {
    // A link never replaces a file, and what it makes visible is complete.
    await link(draft, file);
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
    return false;
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(file);
  return true;
}

/** Puts the entries of the folder that a file is in on the disk. */
export async function syncFolder(file: string): Promise<void> {
  // Windows cannot open a folder, and writes its entries through.
  if (process.platform === 'win32') return;
  const folder = await open(dirname(file), 'r');
  await folder.sync().finally(() => folder.close());
}
