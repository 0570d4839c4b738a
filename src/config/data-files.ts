import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '../keys/durable-file.js';

/** The files the server keeps in its data folder. Each is readable by its owner alone. */
export const dataFilesOf = (folder: string) => ({
  state: join(folder, 'state.db'),
  audit: join(folder, 'audit.jsonl'),
  /** Seal tokens. */
  keys: join(folder, 'keys.json'),
  /** Sign receipts. */
  signingKeys: join(folder, 'signing-keys.json'),
  /** Sign ID tokens. */
  oidcKeys: join(folder, 'oidc-keys.json'),
  adminKey: join(folder, 'admin-key.sha256'),
  outbox: join(folder, 'outbox.jsonl'),
});

/** Paths of the files in a data folder. */
export type DataFiles = ReturnType<typeof dataFilesOf>;

/** Whether a file is there. Throws the system's error where that cannot be told. */
export async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    (error: unknown) => {
      if (isSystemError(error, 'ENOENT')) return false;
      throw error;
    },
  );
}
