import { toCsvLine } from '../core/base/csv.js';
import { toIso } from '../core/units.js';
import { type AuditRecord, mergeByTime, type RecordFilter, readRecords } from './records.js';

export interface ExportedRecord extends AuditRecord {
  readonly trail: string;
}

export async function* mergeRecords(files: readonly string[], filter: RecordFilter): AsyncGenerator<ExportedRecord> {
  const sources = files.map((trail) => ({ trail, records: readRecords(trail, filter) }));
  for await (const { trail, record } of mergeByTime(sources)) yield { trail, ...record };
}

const columns = ['time', 'trail', 'sequence', 'action', 'connection', 'subject', 'detail'] as const;

const cellsOf = ({ time, trail, sequence, action, connection, subject, detail }: ExportedRecord): string[] => [
  ...[toIso(time), trail, String(sequence), action, connection, subject, JSON.stringify(detail)],
];

export const csvHead = columns.join(',');

export const toCsvRecord = (record: ExportedRecord): string => toCsvLine(cellsOf(record));

export const toJsonLine = ({ trail, time, ...record }: ExportedRecord): string =>
  JSON.stringify({ trail, ...record, time: toIso(time) });
