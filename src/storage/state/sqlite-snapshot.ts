import { chmod } from 'node:fs/promises';
import Database from 'libsql';
import { orUnavailable } from './unavailable.js';

/** Opens a database for one piece of work. */
export const withDatabase = <Result>(
  file: string,
  work: (database: Database.Database) => Result,
  options: Database.Options = {},
): Promise<Result> =>
  orUnavailable(async () => {
    const database = new Database(file, options);
    try {
      return work(database);
    } finally {
      database.close();
    }
  });

/**
 * Copies an embedded store consistently, also while a server writes to it.
 * @param to - new file, created with mode 0600
 */
export async function snapshotSqlite(file: string, to: string): Promise<void> {
  await withDatabase(file, (database) => database.prepare('vacuum into ?').run(to), { readonly: true });
  await orUnavailable(() => chmod(to, 0o600));
}

/** Removes the epoch of a copy, so that a server detects the replaced store. */
export async function forgetStoreEpoch(file: string): Promise<void> {
  await withDatabase(file, (database) => database.exec('drop table if exists held'));
}
