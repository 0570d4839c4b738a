import type Database from 'libsql';
import { FaceError } from '../errors.js';
import { createGroupCommit } from '../files/group-commit.js';

export type Durability = 'durable' | 'mayBeLost';

/** Executes changes. Concurrent ones share a transaction and a sync. */
export interface SqliteChanges {
  /**
   * Queues a change.
   * @throws `state_unavailable` if the change failed, or if the sync to disk failed
   */
  make<Result>(key: string, durability: Durability, body: () => Result): Promise<Result>;
  /** Resolves when a key's value is synced, so that no reader sees a value that may be lost. */
  settled(key: string): Promise<void>;
  close(): Promise<void>;
}

interface Asked {
  readonly key: string;
  readonly durability: Durability;
  /** @returns a function that notifies the caller */
  run(): () => void;
  refuse(error: unknown): void;
}

export function createSqliteChanges(database: Database.Database, sync: () => Promise<void>): SqliteChanges {
  const groupSync = createGroupCommit(sync);
  const unsynced = new Map<string, Promise<void>>();
  let asked: Asked[] = [];
  let turn: NodeJS.Immediate | null = null;

  const transact = (group: readonly Asked[]): readonly (() => void)[] => {
    database.exec('begin immediate');
    try {
      const done = group.map((each) => each.run());
      database.exec('commit');
      return done;
    } catch (error) {
      database.exec('rollback');
      throw error;
    }
  };

  const syncKeys = (keys: readonly string[]): Promise<void> => {
    const synced = groupSync()
      .catch((cause: unknown) => {
        throw new FaceError('state_unavailable', null, { cause });
      })
      .finally(() => {
        for (const key of keys) if (unsynced.get(key) === synced) unsynced.delete(key);
      });
    for (const key of keys) unsynced.set(key, synced);
    return synced;
  };

  const makeAsked = (): void => {
    const group = asked;
    asked = [];
    turn = null;
    if (group.length === 0) return;
    try {
      const tell = transact(group);
      const durable = group.filter(({ durability }) => durability === 'durable');
      const synced = durable.length === 0 ? null : syncKeys(durable.map(({ key }) => key));
      for (const [index, { durability, refuse }] of group.entries()) {
        if (durability === 'durable') synced?.then(tell[index], refuse);
        else tell[index]();
      }
    } catch (cause) {
      for (const { refuse } of group) refuse(new FaceError('state_unavailable', null, { cause }));
    }
  };

  return {
    make(key, durability, body) {
      return new Promise((resolve, refuse) => {
        const run = (): (() => void) => {
          const result = body();
          return () => resolve(result);
        };
        asked.push({ key, durability, run, refuse });
        turn ??= setImmediate(makeAsked);
      });
    },
    async settled(key) {
      await unsynced.get(key);
    },
    async close() {
      if (turn !== null) clearImmediate(turn);
      makeAsked();
      await Promise.allSettled(unsynced.values());
    },
  };
}
