import type Database from 'libsql';
import { FaceError } from '../errors.js';
import { createGroupCommit } from '../files/group-commit.js';

/** Whether a change waits for the disk. */
export type Durability = 'durable' | 'mayBeLost';

/** Changes of one SQLite file. What many ask for at the same moment is one transaction, and one wait for the disk. */
export interface SqliteChanges {
  /**
   * Makes a change behind those asked for before.
   * @param key - of the record that is changed
   * @param body - runs statements; may run in one transaction with the changes of others
   * @throws FaceError `state_unavailable`: it was not made, or it is not known whether it is on the disk
   */
  make<Result>(key: string, durability: Durability, body: () => Result): Promise<Result>;
  /** Settles once what is there of a key outlives a power cut: nobody is told of what might still be lost. */
  settled(key: string): Promise<void>;
  /** Makes what was asked for; settles once all of it is on the disk. */
  close(): Promise<void>;
}

/** A change that was asked for, and whoever waits for it. */
interface Asked {
  readonly key: string;
  readonly durability: Durability;
  /** Runs it. @returns what tells whoever asked */
  run(): () => void;
  refuse(error: unknown): void;
}

/**
 * @param sync - puts everything committed so far on the disk
 */
export function createSqliteChanges(database: Database.Database, sync: () => Promise<void>): SqliteChanges {
  const groupSync = createGroupCommit(sync);
  /** By key: changes that are made, and not known to be on the disk. */
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
        // Behind all that arrived with it.
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
