import { z } from 'zod';
import { parseJsonAs } from '../../core/base/json.js';
import type { Random } from '../../core/ports.js';
import { chownToFolderOwner, readIfThere, replaceFile } from '../../files/durable-file.js';

const lastBackupGuard = z.object({
  madeAt: z.iso.datetime(),
  /** Time at which all files of the backup were compared with the originals. */
  checkedAt: z.iso.datetime(),
  files: z.int(),
  bytes: z.int(),
  hasKeys: z.boolean(),
  /** True if the state is included. Shared stores have their own backups. */
  hasState: z.boolean(),
});

type LastBackup = z.output<typeof lastBackupGuard>;

/** Stores the record. Its owner is that of the folder, because root may back up another account's server. */
export async function writeLastBackup(file: string, backup: LastBackup, random: Random): Promise<void> {
  await replaceFile(file, `${JSON.stringify(backup)}\n`, random);
  await chownToFolderOwner(file);
}

export async function readLastBackup(file: string): Promise<LastBackup | null> {
  return parseJsonAs((await readIfThere(file)) ?? '', lastBackupGuard) ?? null;
}
