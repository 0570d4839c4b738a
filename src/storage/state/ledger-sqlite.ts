import { setImmediate } from 'node:timers/promises';
import Database from 'libsql';
import { z } from 'zod';
import type { LedgerRange, LedgerStore } from '../../core/ports.js';
import { FaceError } from '../../errors.js';
import { createDatabaseFile } from './sqlite.js';
import { toStateUnavailable } from './unavailable.js';

/* The ledger can be rebuilt from the audit log, so its writes are not synced to disk. */
const schema = `
  pragma journal_mode = wal;
  pragma synchronous = normal;
  pragma busy_timeout = 250;
  create table if not exists row (
    partition text not null,
    sort text not null,
    value text,
    version real,
    primary key (partition, sort)
  ) without rowid;
`;

const put = `
  insert into row (partition, sort, value, version) values (?, ?, ?, ?)
  on conflict (partition, sort) do update set value = excluded.value, version = excluded.version
  where excluded.version is null or row.version < excluded.version
`;

const within = 'partition = ? and sort > ? and sort < ? and value is not null';

const rowGuard = z.object({ sort: z.string(), value: z.string() });
const rowsGuard = z.array(rowGuard);
const valueGuard = z.object({ value: z.string().nullable() }).optional();
const countGuard = z.object({ rows: z.number(), last: z.string().nullable() });

/** Number of rows counted at once, which takes a few milliseconds. */
const countedAtOnce = 10_000;

/**
 * Opens the ledger in a SQLite file.
 * @param file - created with mode 0600; `:memory:` stores nothing
 * @throws `state_unavailable`, as all methods
 */
export function createSqliteLedger(file: string): LedgerStore {
  const database = guarded(() => {
    if (file !== ':memory:') createDatabaseFile(file);
    const opened = new Database(file);
    opened.exec(schema);
    return opened;
  });
  const statements = {
    put: database.prepare(put),
    remove: database.prepare('delete from row where partition = ? and sort = ?'),
    get: database.prepare('select value from row where partition = ? and sort = ?'),
    'newest first': database.prepare(`select sort, value from row where ${within} order by sort desc limit ?`),
    'oldest first': database.prepare(`select sort, value from row where ${within} order by sort limit ?`),
    count: database.prepare(
      `select count(*) as rows, max(sort) as last from (select sort from row where ${within} order by sort limit ${countedAtOnce})`,
    ),
  };
  let isClosed = false;

  const whileOpen = <Result>(work: () => Result): Result => {
    if (isClosed) throw new FaceError('state_unavailable', 'closed');
    return guarded(work);
  };

  const transact = (work: () => void): void =>
    whileOpen(() => {
      database.exec('begin immediate');
      try {
        work();
        database.exec('commit');
      } catch (error) {
        database.exec('rollback');
        throw error;
      }
    });

  const countFrom = ({ partition, before }: LedgerRange, after: string): z.output<typeof countGuard> =>
    whileOpen(() => countGuard.parse(statements.count.get(partition, after, before)));

  return {
    async put(rows) {
      transact(() => {
        for (const { partition, sort, value, version } of rows) statements.put.run(partition, sort, value, version);
      });
    },
    async remove(keys) {
      transact(() => {
        for (const { partition, sort } of keys) statements.remove.run(partition, sort);
      });
    },
    async get(keys) {
      return whileOpen(() =>
        keys.map(({ partition, sort }) => valueGuard.parse(statements.get.get(partition, sort))?.value ?? null),
      );
    },
    async range({ partition, after, before }, limit, order) {
      // Waits, so that hook calls can proceed between batches.
      await setImmediate();
      return whileOpen(() => rowsGuard.parse(statements[order].all(partition, after, before, limit)));
    },
    async count(range) {
      let counted = 0;
      for (let { after } = range; ; ) {
        // Counting a million rows takes a fifth of a second, so hook calls may proceed between batches.
        await setImmediate();
        const { rows, last } = countFrom(range, after);
        counted += rows;
        if (last === null || rows < countedAtOnce) return counted;
        after = last;
      }
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      database.close();
    },
  };
}

function guarded<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    throw toStateUnavailable(cause, { store: 'ledger' });
  }
}
