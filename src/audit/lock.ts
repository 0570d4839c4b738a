import { accessSync, chmodSync, constants, existsSync } from 'node:fs';
import Database from 'libsql';
import { findCause } from '../core/base/failure-cause.js';
import { FaceError } from '../errors.js';
import { lockFileOf } from './trail-files.js';

export class TrailInUse extends FaceError {
  constructor(file: string, cause: unknown) {
    const problem = 'another process, such as a running server, writes to this trail';
    super('state_unavailable', { store: 'audit', file, problem }, { cause });
  }
}

/**
 * Locks a trail for one writing process.
 * @returns a function that releases the lock
 * @throws TrailInUse; `state_unavailable`
 */
export function lockTrail(file: string): () => void {
  const lockFile = lockFileOf(file);
  const database = openLockFile(lockFile);
  try {
    database.exec('pragma busy_timeout = 0; begin exclusive');
    // The mode is changed by name, because opening and closing the file would release its lock (POSIX fcntl).
    chmodSync(lockFile, 0o600);
  } catch (cause) {
    database.close();
    if (isBusy(cause)) throw new TrailInUse(file, cause);
    const found = findCause(cause);
    const problem = `the lock file cannot be created${found === null ? '' : `: ${found}`}`;
    throw new FaceError('state_unavailable', { store: 'audit', problem }, { cause });
  }
  return () => void database.close();
}

function openLockFile(lockFile: string): Database.Database {
  try {
    // `accessSync` does not open the file: opening and closing it would release another writer's lock.
    if (existsSync(lockFile)) accessSync(lockFile, constants.R_OK | constants.W_OK);
    return new Database(lockFile);
  } catch (cause) {
    throw new FaceError('state_unavailable', { store: 'audit', problem: 'its lock cannot be opened' }, { cause });
  }
}

const isBusy = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'SQLITE_BUSY';
