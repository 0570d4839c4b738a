import { toCsvLine } from '../base/csv.js';
import { toIso } from '../core/units.js';
import { type AuditRecord, type RecordFilter, readRecords } from './records.js';

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
  const open = files.map((trail) => ({ trail, records: readRecords(trail, filter) }));
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

const columns = ['time', 'trail', 'sequence', 'action', 'connection', 'subject', 'detail'] as const;

const cellsOf = ({ time, trail, sequence, action, connection, subject, detail }: ExportedRecord): string[] => [
  ...[toIso(time), trail, String(sequence), action, connection, subject, JSON.stringify(detail)],
];

/** The first line of a CSV file. */
export const csvHead = columns.join(',');

/** One record as a line of a CSV file. */
export const toCsvRecord = (record: ExportedRecord): string => toCsvLine(cellsOf(record));

/** One record as a line of JSON. */
export const toJsonLine = ({ trail, time, ...record }: ExportedRecord): string =>
  JSON.stringify({ trail, ...record, time: toIso(time) });
