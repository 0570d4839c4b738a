import { closeSync, fdatasync, openSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { promisify } from 'node:util';
import Database from 'libsql';
import AsyncDatabase from 'libsql/promise';
import { z } from 'zod';
import type { Clock, State, StateRecord, WriteCondition } from '../../core/ports.js';
import { type EpochMs, epochMs } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { createGroupCommit, isSystemError } from '../../files/durable-file.js';
import { isAhead } from './marker.js';
import { orUnavailable, toStateUnavailable } from './unavailable.js';

/**
 * Creates the file of a database with mode 0600, unless it exists. An existing file is not opened: closing it would
 * release the locks of this process on it, and another process could then delete the write-ahead log of a running server.
 * @see https://www.sqlite.org/howtocorrupt.html (2.2)
 */
export function createDatabaseFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
  }
}

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

export type Durability = 'durable' | 'relaxed';

/** Changes after which the write-ahead log is copied to the database. */
const changesBetweenCheckpoints = 1000;

interface Asked {
  readonly key: string;
  readonly durability: Durability;
  /** @returns a function that notifies the caller */
  run(): () => void;
  refuse(error: unknown): void;
}

/** Creates what executes changes. Concurrent ones share a transaction and a sync. */
export function createSqliteChanges(
  database: Database.Database,
  {
    sync,
    checkpoint = async () => {},
  }: { readonly sync: () => Promise<void>; readonly checkpoint?: () => Promise<void> },
) {
  const groupSync = createGroupCommit(sync);
  const unsynced = new Map<string, Promise<void>>();
  let asked: Asked[] = [];
  let turn: NodeJS.Immediate | null = null;
  let sinceCheckpoint = 0;
  let checkpointing: Promise<void> | null = null;
  let isHeld = false;

  /**
   * Copies the log while changes continue, and then holds the changes until the rest is copied too. Only a log that is
   * copied whole begins again, and otherwise it would grow under load.
   */
  const copyLog = async (): Promise<void> => {
    try {
      await checkpoint();
      isHeld = true;
      await checkpoint();
    } catch {
      // Later changes ask for the next checkpoint.
    } finally {
      isHeld = false;
      checkpointing = null;
      if (turn === null) makeAsked();
    }
  };

  const checkpointSoon = (changes: number): void => {
    sinceCheckpoint += changes;
    if (sinceCheckpoint < changesBetweenCheckpoints || checkpointing !== null) return;
    sinceCheckpoint = 0;
    checkpointing = copyLog();
  };

  const transact = (group: readonly Asked[]): readonly (() => void)[] => {
    database.exec('begin immediate');
    try {
      const done = group.map((each) => each.run());
      database.exec('commit');
      return done;
    } catch (error) {
      rollBack();
      throw error;
    }
  };

  /** SQLite has already rolled back after some errors, such as a full disk. */
  const rollBack = (): void => {
    if (database.inTransaction) database.exec('rollback');
  };

  const findUnsynced = (keys: readonly string[]): Promise<void> | undefined => {
    if (unsynced.size === 0) return undefined;
    for (const key of keys) if (unsynced.has(key)) return unsynced.get(key);
    return undefined;
  };

  const syncKeys = (keys: readonly string[]): Promise<void> => {
    const synced = groupSync()
      .catch((cause: unknown) => {
        throw toStateUnavailable(cause);
      })
      .finally(() => {
        for (const key of keys) if (unsynced.get(key) === synced) unsynced.delete(key);
      });
    for (const key of keys) unsynced.set(key, synced);
    return synced;
  };

  const makeAsked = (): void => {
    turn = null;
    if (isHeld) return;
    const group = asked;
    asked = [];
    if (group.length === 0) return;
    try {
      const resolvers = transact(group);
      const durable = group.filter(({ durability }) => durability === 'durable');
      const synced = durable.length === 0 ? null : syncKeys(durable.map(({ key }) => key));
      for (const [index, { durability, refuse }] of group.entries()) {
        if (durability === 'durable') synced?.then(resolvers[index], refuse);
        else resolvers[index]();
      }
      checkpointSoon(group.length);
    } catch (cause) {
      // A log that cannot grow on a full disk is used again from its beginning after a checkpoint.
      checkpointSoon(changesBetweenCheckpoints);
      for (const { refuse } of group) refuse(toStateUnavailable(cause));
    }
  };

  return {
    /**
     * Queues a change.
     * @throws `state_unavailable` if the change failed, or if the sync to disk failed
     */
    make<Result>(key: string, durability: Durability, body: () => Result): Promise<Result> {
      return new Promise((resolve, refuse) => {
        const run = (): (() => void) => {
          const result = body();
          return () => resolve(result);
        };
        asked.push({ key, durability, run, refuse });
        turn ??= setImmediate(makeAsked);
      });
    },
    /** Resolves when the keys' values are synced, so that no reader sees a value that may be lost. */
    async settled(keys: readonly string[]): Promise<void> {
      // While one sync is awaited, another may begin.
      for (let waiting = findUnsynced(keys); waiting !== undefined; waiting = findUnsynced(keys)) await waiting;
    },
    async close(): Promise<void> {
      await checkpointing;
      if (turn !== null) clearImmediate(turn);
      makeAsked();
      await Promise.allSettled([...unsynced.values(), checkpointing]);
    },
  };
}

/*
 * Every write creates a new AUTOINCREMENT row, so that a deleted and recreated record has another revision than the one
 * that was read. Answered writes must survive a power failure, so the write-ahead log is synced here, once for
 * concurrent changes. With synchronous=FULL, each change would block; with NORMAL, SQLite does not sync the log itself.
 * Checkpoints sync too, so another thread makes them. This thread makes one if the log reaches 16 MiB nevertheless.
 * https://www.sqlite.org/pragma.html#pragma_synchronous
 */
const schema = `
  pragma journal_mode = wal;
  pragma synchronous = normal;
  pragma busy_timeout = 250;
  pragma wal_autocheckpoint = 4000;
  create table if not exists record (
    revision integer primary key autoincrement,
    key text not null unique,
    value text not null,
    expires_at integer
  );
  create index if not exists record_expiry on record (expires_at) where expires_at is not null;
  create table if not exists counter (
    key text primary key,
    value integer not null,
    expires_at integer not null
  ) without rowid;
  create index if not exists counter_expiry on counter (expires_at);
  create table if not exists held (
    only integer primary key check (only = 1),
    since integer not null
  );
`;

const addToCounter = `
  insert into counter (key, value, expires_at) values (:key, :amount, :expiresAt)
  on conflict (key) do update set
    value = excluded.value + iif(counter.expires_at <= :now, 0, counter.value),
    expires_at = iif(counter.expires_at <= :now, excluded.expires_at, counter.expires_at)
  returning value
`;

const writesBetweenPurges = 16;

/**
 * Maximum of expired records that one purge removes. It is more than is written between purges, so that purging catches
 * up without delaying writers.
 */
const removedAtOnce = 4 * writesBetweenPurges;

const heldGuard = z.object({ since: z.number().transform(epochMs) });
const counterGuard = z.object({ value: z.number() });
const rowGuard = z.object({ revision: z.number(), value: z.string(), expires_at: z.number().nullable() });

/**
 * Creates the state store in a SQLite file, the default for a single server. Calls take well under a millisecond; syncs
 * run in another thread.
 * @param file - created with mode 0600; `:memory:` stores nothing
 * @throws `state_unavailable`, as all methods
 */
export function createSqliteState({ file, clock }: { file: string; clock: Clock }): State {
  const { database, log } = guarded(() => {
    if (file !== ':memory:') createDatabaseFile(file);
    const opened = new Database(file);
    opened.exec(schema);
    opened.prepare('insert or ignore into held (only, since) values (1, ?)').run(clock.now());
    // The write-ahead log exists as long as the database is open.
    return { database: opened, log: file === ':memory:' ? null : openSync(`${file}-wal`, 'r+') };
  });
  let checkpoints: AsyncDatabase | null = null;
  const changes = createSqliteChanges(database, {
    async sync() {
      if (log !== null) await syncData(log);
    },
    async checkpoint() {
      if (log === null) return;
      checkpoints ??= new AsyncDatabase(file, {});
      await checkpoints.exec('pragma wal_checkpoint(passive)');
    },
  });
  const select = database.prepare('select revision, value, expires_at from record where key = ?');
  const insert = database.prepare('insert or ignore into record (key, value, expires_at) values (?, ?, ?)');
  const replace = database.prepare('insert or replace into record (key, value, expires_at) values (?, ?, ?)');
  const selectHeld = database.prepare('select since from held');
  const updateHeld = database.prepare('update held set since = ?');
  const remove = database.prepare('delete from record where key = ?');
  const increase = database.prepare(addToCounter);
  const clearCounter = database.prepare('delete from counter where key = ?');
  const purge = ['record', 'counter'].map((table) =>
    database.prepare(
      `delete from ${table} where key in (select key from ${table} where expires_at <= ? limit ${removedAtOnce})`,
    ),
  );
  let writes = 0;
  let closed = false;

  const guardedWhileOpen = <T>(body: () => T): T => {
    if (closed) throw new FaceError('state_unavailable', 'closed');
    return guarded(body);
  };

  const find = (key: string): StateRecord | null => {
    const row = select.get(key);
    if (row === undefined) return null;
    const { revision, value, expires_at: expiresAt } = rowGuard.parse(row);
    if (expiresAt !== null && expiresAt <= clock.now()) return null;
    return { value: JSON.parse(value), revision };
  };

  const purgeSometimes = (): void => {
    if (writes++ % writesBetweenPurges === 0) for (const each of purge) each.run(clock.now());
  };

  const change = <T>(key: string, relaxedDurability: boolean, body: () => T): Promise<T> => {
    if (closed) throw new FaceError('state_unavailable', 'closed');
    return changes.make(key, relaxedDurability ? 'relaxed' : 'durable', () => {
      purgeSometimes();
      return body();
    });
  };

  const readMany = async (keys: readonly string[]): Promise<(StateRecord | null)[]> => {
    await changes.settled(keys);
    return guardedWhileOpen(() => keys.map(find));
  };

  return {
    async read(key) {
      const [found = null] = await readMany([key]);
      return found;
    },
    readMany,
    async write(key, value, { when, expiresAt, relaxedDurability = false }) {
      const text = JSON.stringify(value);
      return change(key, relaxedDurability, () => {
        // Usually there is no such key.
        if (when === 'absent' && insert.run(key, text, expiresAt).changes === 1) return true;
        if (!isMet(when, find(key))) return false;
        replace.run(key, text, expiresAt);
        return true;
      });
    },
    async add(key, amount, expiresAt: EpochMs) {
      return change(
        key,
        true,
        () => counterGuard.parse(increase.get({ key, amount, expiresAt, now: clock.now() })).value,
      );
    },
    async delete(key) {
      await change(key, false, () => {
        remove.run(key);
        clearCounter.run(key);
      });
    },
    async storeEpoch() {
      return guardedWhileOpen(() => {
        const { since } = heldGuard.parse(selectHeld.get());
        if (!isAhead(since, clock)) return since;
        const now = clock.now();
        updateHeld.run(now);
        return now;
      });
    },
    async close() {
      if (closed) return;
      closed = true;
      await changes.close();
      checkpoints?.close();
      database.close();
      if (log !== null) closeSync(log);
    },
  };
}

const syncData = promisify(fdatasync);

function isMet(when: WriteCondition, found: StateRecord | null): boolean {
  if (when === 'any') return true;
  if (when === 'absent') return found === null;
  return found?.revision === when.revision;
}

function guarded<T>(body: () => T): T {
  try {
    return body();
  } catch (cause) {
    throw toStateUnavailable(cause);
  }
}
