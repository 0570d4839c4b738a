import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Random } from '../core/ports.js';
import { giveToOwnerOfFolder, isSystemError, replaceFile } from '../files/durable-file.js';

const lastBackupGuard = z.object({
  madeAt: z.iso.datetime(),
  /** When every file of it was read again, and was as it had been copied. */
  checkedAt: z.iso.datetime(),
  files: z.int(),
  bytes: z.int(),
  hasKeys: z.boolean(),
  /** Whether the state was in the data folder. A store that servers share is backed up by its own means. */
  hasState: z.boolean(),
});

/** What `facestep backup` leaves in the data folder about the last backup. */
export type LastBackup = z.output<typeof lastBackupGuard>;

/** Readable by whoever the folder belongs to: root may make backups of a server that is not. */
export async function writeLastBackup(file: string, backup: LastBackup, random: Random): Promise<void> {
  await replaceFile(file, `${JSON.stringify(backup)}\n`, random);
  await giveToOwnerOfFolder(file);
}

/** @returns `null` where none is known of */
export async function readLastBackup(file: string): Promise<LastBackup | null> {
  try {
    return lastBackupGuard.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (isSystemError(error, 'ENOENT') || error instanceof z.ZodError || error instanceof SyntaxError) return null;
    throw error;
  }
}
