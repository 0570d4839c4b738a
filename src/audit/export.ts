import type { EpochMs } from '../core/units.js';
import { toIso } from '../core/units.js';
import { type AuditRecord, readRecords } from './records.js';

/** Which records are asked for; `null` is all. */
export interface RecordFilter {
  readonly since: EpochMs | null;
  /** Records of this moment and later are left out. */
  readonly until: EpochMs | null;
  readonly connection: string | null;
  readonly subject: string | null;
  readonly action: string | null;
}

/** A record, and the trail it is from. */
export interface ExportedRecord extends AuditRecord {
  readonly trail: string;
}

/**
 * The records of several trails, merged by time: each trail in its own order, and of any size. Lines that cannot be read are passed
 * over: verifying finds those.
 * @param files - of the trails, which name them in what comes out
 */
export async function* mergeRecords(files: readonly string[], filter: RecordFilter): AsyncGenerator<ExportedRecord> {
  const open = files.map((trail) => ({ trail, records: select(trail, filter) }));
  const waiting: { readonly from: (typeof open)[number]; readonly record: AuditRecord }[] = [];
  const take = async (from: (typeof open)[number]): Promise<void> => {
    const next = await from.records.next();
    if (next.done !== true) waiting.push({ from, record: next.value });
  };
  for (const each of open) await take(each);
  while (waiting.length > 0) {
    const [earliest] = waiting.toSorted((a, b) => a.record.time - b.record.time);
    if (earliest === undefined) return;
    waiting.splice(waiting.indexOf(earliest), 1);
    yield { trail: earliest.from.trail, ...earliest.record };
    await take(earliest.from);
  }
}

async function* select(file: string, filter: RecordFilter): AsyncGenerator<AuditRecord> {
  const { since, until, connection, subject, action } = filter;
  for await (const record of readRecords(file, { needle: needleOf(filter), since })) {
    const isWanted =
      (until === null || record.time < until) &&
      (connection === null || record.connection === connection) &&
      (subject === null || record.subject === subject) &&
      (action === null || record.action === action);
    if (isWanted) yield record;
  }
}

/** What every record that is asked for holds, as it was written: lines without it need not be parsed. */
function needleOf({ connection, subject, action }: RecordFilter): string {
  if (subject !== null) return `"subject":${JSON.stringify(subject)}`;
  if (action !== null) return `"action":${JSON.stringify(action)}`;
  return connection === null ? '"sequence":' : `"connection":${JSON.stringify(connection)}`;
}

const columns = ['time', 'trail', 'sequence', 'action', 'connection', 'subject', 'detail'] as const;

const cellsOf = ({ time, trail, sequence, action, connection, subject, detail }: ExportedRecord): string[] => [
  ...[toIso(time), trail, String(sequence), action, connection, subject, JSON.stringify(detail)],
];

/** The first line of a CSV file. */
export const csvHead = columns.join(',');

/** One record as a line of CSV (RFC 4180). A cell that a spreadsheet would take for a formula begins with an apostrophe. */
export const toCsvLine = (record: ExportedRecord): string => cellsOf(record).map(toCell).join(',');

const toCell = (text: string): string => `"${text.replace(/^(?=[=+\-@\t\r\n])/, "'").replaceAll('"', '""')}"`;

/** One record as a line of JSON. */
export const toJsonLine = ({ trail, time, ...record }: ExportedRecord): string =>
  JSON.stringify({ trail, ...record, time: toIso(time) });
