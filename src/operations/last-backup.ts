import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Random } from '../core/ports.js';
import { giveToOwnerOfFolder, isSystemError, replaceFile } from '../files/durable-file.js';

const lastBackupGuard = z.object({
  madeAt: z.iso.datetime(),
  /** Time at which all files of the backup were compared with the originals. */
  checkedAt: z.iso.datetime(),
  files: z.int(),
  bytes: z.int(),
  hasKeys: z.boolean(),
  /** True if the backup includes the state store. A shared store is not included, because it has backups of its own. */
  hasState: z.boolean(),
});

export type LastBackup = z.output<typeof lastBackupGuard>;

/**
 * Stores the record. The file gets the owner of its folder, because root may back up a server that runs under another
 * account.
 */
export async function writeLastBackup(file: string, backup: LastBackup, random: Random): Promise<void> {
  await replaceFile(file, `${JSON.stringify(backup)}\n`, random);
  await giveToOwnerOfFolder(file);
}

export async function readLastBackup(file: string): Promise<LastBackup | null> {
  try {
    return lastBackupGuard.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (isSystemError(error, 'ENOENT') || error instanceof z.ZodError || error instanceof SyntaxError) return null;
    throw error;
  }
}
