import { chmod } from 'node:fs/promises';
import Database from 'libsql';
import { orUnavailable } from './unavailable.js';

/**
 * Copies an embedded store consistently while a server writes to it.
 * @param to - a new file, created with mode 0600
 * @throws `state_unavailable`
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

/** Removes a copy's epoch: the next server detects a replaced store. @throws `state_unavailable` */
export async function forgetStoreEpoch(file: string): Promise<void> {
  await orUnavailable(async () => {
    const database = new Database(file);
    try {
      // Created again on opening; missing in older versions.
      database.exec('drop table if exists held');
    } finally {
      database.close();
    }
  });
}
