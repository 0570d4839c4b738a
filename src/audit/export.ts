import { toCsvLine } from '../base/csv.js';
import { toIso } from '../core/units.js';
import { mergeByTime } from './merge.js';
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
  const sources = files.map((trail) => ({ trail, records: readRecords(trail, filter) }));
  for await (const { trail, record } of mergeByTime(sources)) yield { trail, ...record };
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
