import { setImmediate } from 'node:timers/promises';
import Database from 'libsql/promise';
import { z } from 'zod';
import type { LedgerKey, LedgerRange, LedgerStore } from '../../core/ports.js';
import { FaceError } from '../../errors.js';
import { createDatabaseFile } from './sqlite.js';
import { toStateUnavailable } from './unavailable.js';

/*
 * The ledger can be rebuilt from the audit log, so its writes are not synced to disk. A batch of writes is passed as one
 * JSON text, because libsql executes only SQL texts without parameters in another thread.
 */
const schema = `
  pragma journal_mode = wal;
  pragma synchronous = normal;
  pragma busy_timeout = 250;
  pragma temp_store = memory;
  create table if not exists row (
    partition text not null,
    sort text not null,
    value text,
    version real,
    primary key (partition, sort)
  ) without rowid;
  create temp table batch (only integer primary key check (only = 1), rows text not null);
`;

const putBatch = `
  begin immediate;
  insert into row (partition, sort, value, version)
  select value ->> 0, value ->> 1, value ->> 2, value ->> 3 from temp.batch, json_each(rows) where true
  on conflict (partition, sort) do update set value = excluded.value, version = excluded.version
  where excluded.version is null or row.version < excluded.version;
  commit;
`;

const removeBatch = `
  begin immediate;
  delete from row where (partition, sort) in (select value ->> 0, value ->> 1 from temp.batch, json_each(rows));
  commit;
`;

const within = 'partition = ? and sort > ? and sort < ? and value is not null';

const rowGuard = z.object({ sort: z.string(), value: z.string() });
const rowsGuard = z.array(rowGuard);
const valueGuard = z.object({ value: z.string().nullable() }).optional();
const countGuard = z.object({ rows: z.number(), last: z.string().nullable() });

/** Number of rows counted at once, which takes a few milliseconds. */
const countedAtOnce = 10_000;

/**
 * Opens the ledger in a SQLite file. Batches are written in another thread, so that they do not delay hook calls.
 * @param file - created with mode 0600; `:memory:` stores nothing
 * @throws `state_unavailable`, as all methods
 */
export async function createSqliteLedger(file: string): Promise<LedgerStore> {
  const { database, statements } = await guarded(async () => {
    if (file !== ':memory:') createDatabaseFile(file);
    const opened = new Database(file, {});
    await opened.exec(schema);
    return { database: opened, statements: await prepare(opened) };
  });
  let isClosed = false;
  let queue: Promise<unknown> = Promise.resolve();

  /** Calls wait for each other, because a call during a write would block the main thread. */
  const enqueue = <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (isClosed) throw new FaceError('state_unavailable', 'closed');
    const done = queue.then(() => guarded(work));
    queue = done.catch(() => {});
    return done;
  };

  const writeBatch = (rows: readonly (readonly (string | number | null)[])[], sql: string): Promise<void> =>
    enqueue(async () => {
      statements.batch.run(JSON.stringify(rows));
      try {
        await database.exec(sql);
      } catch (error) {
        await database.exec('rollback').catch(() => {});
        throw error;
      }
    });

  const countFrom = ({ partition, before }: LedgerRange, after: string): Promise<z.output<typeof countGuard>> =>
    enqueue(async () => countGuard.parse(statements.count.get(partition, after, before)));

  return {
    async put(rows) {
      await writeBatch(
        // libsql aborts the process when it reads text with unpaired surrogates.
        rows.map(({ partition, sort, value, version }) => [partition, sort, toWellFormed(value), version]),
        putBatch,
      );
    },
    async remove(keys) {
      await writeBatch(
        keys.map(({ partition, sort }) => [partition, sort]),
        removeBatch,
      );
    },
    async get(keys) {
      const find = ({ partition, sort }: LedgerKey) => valueGuard.parse(statements.get.get(partition, sort));
      return enqueue(async () => keys.map((key) => find(key)?.value ?? null));
    },
    async range({ partition, after, before }, limit, order) {
      return enqueue(async () => rowsGuard.parse(await statements[order].all(partition, after, before, limit)));
    },
    async count(range) {
      let counted = 0;
      for (let { after } = range; ; ) {
        // Counting a million rows takes a fifth of a second, so hook calls may proceed between batches.
        await setImmediate();
        const { rows, last } = await countFrom(range, after);
        counted += rows;
        if (last === null || rows < countedAtOnce) return counted;
        after = last;
      }
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await queue;
      database.close();
    },
  };
}

const toWellFormed = (text: string | null): string | null => (text === null ? null : Buffer.from(text).toString());

const prepare = async (database: Database) => ({
  batch: await database.prepare('replace into temp.batch (only, rows) values (1, ?)'),
  get: await database.prepare('select value from row where partition = ? and sort = ?'),
  'newest first': await database.prepare(`select sort, value from row where ${within} order by sort desc limit ?`),
  'oldest first': await database.prepare(`select sort, value from row where ${within} order by sort limit ?`),
  count: await database.prepare(
    `select count(*) as rows, max(sort) as last from (select sort from row where ${within} order by sort limit ${countedAtOnce})`,
  ),
});

async function guarded<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw toStateUnavailable(cause, { store: 'ledger' });
  }
}
