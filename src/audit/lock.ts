import { chmodSync } from 'node:fs';
import Database from 'libsql';
import { FaceError } from '../errors.js';
import { lockFileOf } from './trail-files.js';

/**
 * Lets one process write to a trail. The lock is the system's own on a file, as SQLite takes it: it goes with the process,
 * however that ends, so nothing is left behind to be cleared away.
 * @param file - of the trail; its folder exists
 * @returns gives the lock back
 * @throws FaceError `state_unavailable`: another process writes to it
 */
export function lockTrail(file: string): () => void {
  const lockFile = lockFileOf(file);
  const database = new Database(lockFile);
  try {
    database.exec('pragma busy_timeout = 0; begin exclusive');
    // By its name: opening and closing it here would give the lock back (fcntl, POSIX).
    chmodSync(lockFile, 0o600);
  } catch (cause) {
    database.close();
    throw new FaceError(
      'state_unavailable',
      { store: 'audit', problem: 'another process writes to this trail' },
      { cause },
    );
  }
  return () => void database.close();
}
