import { chmod } from 'node:fs/promises';
import Database from 'libsql';
import { orUnavailable } from './unavailable.js';

/**
 * Copies an embedded store as it is at one moment, while a server writes to it.
 * @param to - a file that is not there yet; made with mode 0600
 * @throws FaceError `state_unavailable`
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

/**
 * Makes a copied store one that does not know since when it holds everything: whoever opens it next finds that it was
 * replaced.
 * @throws FaceError `state_unavailable`
 */
export async function forgetStoreEpoch(file: string): Promise<void> {
  await orUnavailable(async () => {
    const database = new Database(file);
    try {
      // Whoever opens it next makes it; what an older version left may be without.
      database.exec('drop table if exists held');
    } finally {
      database.close();
    }
  });
}
