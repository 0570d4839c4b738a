import { closeSync, openSync } from 'node:fs';
import Database from 'libsql';
import { z } from 'zod';
import type { Clock, State, StateRecord, WriteCondition } from '../core/ports.js';
import type { EpochMs } from '../core/units.js';
import { FaceError } from '../errors.js';
import type { Json } from '../json.js';

/*
 * A revision is the row's AUTOINCREMENT number, and every write makes a new row: revisions are never used twice, so a
 * record that was deleted and made anew cannot be mistaken for the one that was read.
 *
 * synchronous=FULL: a revocation or a spent step-up that was answered must outlive a power cut. It costs about 0.2 ms a
 * write.
 */
const schema = `
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma busy_timeout = 250;
  create table if not exists record (
    revision integer primary key autoincrement,
    key text not null unique,
    value text not null,
    expires_at integer
  );
  create index if not exists record_expiry on record (expires_at) where expires_at is not null;
`;

const writesBetweenPurges = 256;

const rowGuard = z.object({ revision: z.number(), value: z.string(), expires_at: z.number().nullable() });

/**
 * State in one SQLite file: the default for a single server. Calls are short (well under a millisecond) and run on the
 * calling thread.
 * @param file - path, made with mode 0600 where absent; `:memory:` keeps nothing
 * @throws FaceError `state_unavailable`, also from every method
 */
export function createSqliteState({ file, clock }: { file: string; clock: Clock }): State {
  const database = guarded(() => {
    if (file !== ':memory:') closeSync(openSync(file, 'a', 0o600));
    const opened = new Database(file);
    opened.exec(schema);
    return opened;
  });
  const select = database.prepare('select revision, value, expires_at from record where key = ?');
  const insert = database.prepare('insert into record (key, value, expires_at) values (?, ?, ?)');
  const remove = database.prepare('delete from record where key = ?');
  const purge = database.prepare('delete from record where expires_at <= ?');
  let writes = 0;
  let closed = false;

  const guardedWhileOpen = <T>(body: () => T): T => {
    if (closed) throw new FaceError('state_unavailable', 'closed');
    return guarded(body);
  };

  const find = (key: string): { record: StateRecord; expiresAt: number | null } | null => {
    const row = select.get(key);
    if (row === undefined) return null;
    const { revision, value, expires_at: expiresAt } = rowGuard.parse(row);
    if (expiresAt !== null && expiresAt <= clock.now()) return null;
    return { record: { value: JSON.parse(value), revision }, expiresAt };
  };

  const replace = (key: string, value: Json, expiresAt: number | null): void => {
    remove.run(key);
    insert.run(key, JSON.stringify(value), expiresAt);
  };

  const transact = <T>(body: () => T): T =>
    guardedWhileOpen(() => {
      if (writes++ % writesBetweenPurges === 0) purge.run(clock.now());
      database.exec('begin immediate');
      try {
        const result = body();
        database.exec('commit');
        return result;
      } catch (error) {
        database.exec('rollback');
        throw error;
      }
    });

  return {
    async read(key) {
      return guardedWhileOpen(() => find(key)?.record ?? null);
    },
    async write(key, value, { when, expiresAt }) {
      return transact(() => {
        if (!isMet(when, find(key)?.record ?? null)) return false;
        replace(key, value, expiresAt);
        return true;
      });
    },
    async add(key, amount, expiresAt: EpochMs) {
      return transact(() => {
        const found = find(key);
        const sum = (found === null ? 0 : z.number().parse(found.record.value)) + amount;
        replace(key, sum, found?.expiresAt ?? expiresAt);
        return sum;
      });
    },
    async delete(key) {
      transact(() => remove.run(key));
    },
    async close() {
      if (closed) return;
      closed = true;
      database.close();
    },
  };
}

function isMet(when: WriteCondition, found: StateRecord | null): boolean {
  if (when === 'any') return true;
  if (when === 'absent') return found === null;
  return found?.revision === when.revision;
}

function guarded<T>(body: () => T): T {
  try {
    return body();
  } catch (cause) {
    throw new FaceError('state_unavailable', null, { cause });
  }
}
