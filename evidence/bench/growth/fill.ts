import { withDatabase } from '../../../src/storage/state/sqlite.js';
import { countedGuard } from './stored.js';

/** Returns SQL that replaces ids in a text by ids of the same length, with another number at their end. */
const replaceIds = (text: string, ...ids: readonly string[]): string =>
  ids.reduce((sql, id) => {
    const number = `printf('%08d', cast(substr(${id}, -8) as integer) + :shift)`;
    return `replace(${sql}, ${id}, substr(${id}, 1, length(${id}) - 8) || ${number})`;
  }, text);

const subjectOr = (otherId: string, text: string): string =>
  `iif(instr(${text}, '00u0') > 0, substr(${text}, instr(${text}, '00u0'), 20), ${otherId})`;

const stateTables = ['record', 'counter'];
const monthMs = 30 * 86_400_000;
/** Rows of the ledger that end with the id of an entry: time, hash chain and number. */
const isOfEntry = "substr(sort, -24, 1) = '-' and substr(sort, -11, 1) = '-'";

const prepared = [
  `delete from ledger.row where ${isOfEntry} and substr(sort, -37) <=
    (select sort from ledger.row where partition like 'log:%' order by sort desc limit 1 offset :newest)`,
  `create temp table rows as select *, ${subjectOr("''", 'sort || value')} as subject,
    iif(${isOfEntry}, substr(sort, -23, 12), '') as chain, ifnull(iif(partition like 'log:%', value ->> 'stepUpId',
    iif(partition like 'stepup:%', substr(sort, 1, 22), '')), '') as stepUp from ledger.row`,
  ...stateTables.map(
    (table) => `create temp table ${table}s as select *, ${subjectOr('substr(key, -20)', 'key')} as id
      from ${table} where ifnull(expires_at, :now + 1) > :now`,
  ),
];

/** Copies expire a month later, because no one checks those people, which would renew their records. */
const copied = [
  `insert or ignore into ledger.row select partition, ${replaceIds('sort', 'subject', 'stepUp', 'chain')},
    ${replaceIds('value', 'subject', 'stepUp')}, version from rows`,
  ...stateTables.map(
    (table) => `insert or ignore into ${table} (key, value, expires_at)
      select ${replaceIds('key', 'id')}, ${replaceIds('value', 'id')}, expires_at + ${monthMs} from ${table}s`,
  ),
];

const counted = `select (select count(*) from record) + (select count(*) from counter) as stateRows,
  count(*) as ledgerRows, sum(partition like 'log:%') as ledgerEntries from ledger.row`;

/**
 * Copies the records of `from` people in SQLite until the store has those of `to` people.
 * @param size.entries - maximum of ledger entries; older entries are removed
 */
export const fillSqlite = (
  [stateFile, ledgerFile]: readonly string[],
  { from, to, entries, now }: Readonly<Record<'from' | 'to' | 'entries' | 'now', number>>,
) =>
  withDatabase(stateFile, (database) => {
    database.prepare('attach ? as ledger').run(ledgerFile);
    for (const sql of prepared) database.prepare(sql).run({ now, newest: Math.floor((entries * from) / to) });
    for (let shift = from; shift < to; shift += from) for (const sql of copied) database.prepare(sql).run({ shift });
    return countedGuard.parse(database.prepare(counted).get());
  });
