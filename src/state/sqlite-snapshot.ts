import { chmod } from 'node:fs/promises';
import Database from 'libsql';
import { orUnavailable } from './unavailable.js';

/**
 * Copies an embedded store consistently, also while a server writes to it.
 * @param to - new file, created with mode 0600
 */
export async function snapshotSqlite(file: string, to: string): Promise<void> {
  await orUnavailable(async () => {
    const database = new Database(file, { readonly: true });
    try {
      database.prepare('vacuum into ?').run(to);
    } finally {
      database.close();
    }
    await chmod(to, 0o600);
  });
}

/** Removes the epoch of a copy, so that a server detects the replaced store. */
export async function forgetStoreEpoch(file: string): Promise<void> {
  await orUnavailable(async () => {
    const database = new Database(file);
    try {
      database.exec('drop table if exists held');
    } finally {
      database.close();
    }
  });
}
