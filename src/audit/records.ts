import { z } from 'zod';
import type { RecordOf } from '../core/audit-events.js';
import { parseJsonAs } from '../core/base/json.js';
import type { SubjectRef } from '../core/connection.js';
import { type EpochMs, fromIso, toIso } from '../core/units.js';
import { linesWith, readPieces } from './read.js';

export const recordHead = z.object({
  sequence: z.int().min(1),
  time: z.iso.datetime().transform(fromIso),
  action: z.string(),
  connection: z.string(),
  subject: z.string(),
  request: z.string().optional(),
});

const recordGuard = recordHead.extend({ detail: z.record(z.string(), z.json()) });

export type AuditRecord = z.output<typeof recordGuard>;

export interface RecordSubject {
  readonly connection: string | null;
  readonly subject: string;
}

/** Filter of records. Fields that are absent or `null` match everything. */
export interface RecordFilter {
  readonly since?: EpochMs | null;
  readonly until?: EpochMs | null;
  readonly connection?: string | null;
  readonly subjects?: readonly RecordSubject[] | null;
  readonly action?: string | null;
}

/** Reads the matching records, oldest first, in constant memory. Unreadable lines are skipped. */
export async function* readRecords(file: string, filter: RecordFilter = {}): AsyncGenerator<AuditRecord> {
  const { since = null, until = null, connection = null, subjects = null, action = null } = filter;
  const isWanted = (record: AuditRecord): boolean =>
    (since === null || record.time >= since) &&
    (until === null || record.time < until) &&
    (connection === null || record.connection === connection) &&
    (subjects === null ||
      subjects.some(
        (each) => each.subject === record.subject && (each.connection ?? record.connection) === record.connection,
      )) &&
    (action === null || record.action === action);
  const marks = marksOf({ connection, subjects, action });
  for await (const piece of readPieces(file)) {
    for (const line of linesWith(marks, piece)) {
      const record = parseRecord(line);
      if (record !== null && isWanted(record)) yield record;
    }
  }
}

/** Returns texts of which every matching line contains at least one. Lines that contain none need not be parsed. */
function marksOf({
  connection,
  subjects,
  action,
}: Required<Pick<RecordFilter, 'connection' | 'subjects' | 'action'>>): readonly string[] {
  if (subjects !== null) return subjects.map(({ subject }) => `"subject":${JSON.stringify(subject)}`);
  if (action !== null) return [`"action":${JSON.stringify(action)}`];
  return [connection === null ? '"sequence":' : `"connection":${JSON.stringify(connection)}`];
}

/** Parses a record of any action. @returns `null` for a line that is none */
export const parseRecord = (line: Buffer): AuditRecord | null => parseJsonAs(line, recordGuard) ?? null;

const mostRecords = 1000;

/** Reads the newest records about one user, oldest first. @returns also the number of older records */
export async function readRecordsOf(
  file: string,
  who: SubjectRef,
): Promise<{ readonly records: readonly RecordOf[]; readonly omitted: number }> {
  const records: RecordOf[] = [];
  let omitted = 0;
  for await (const { time, action, detail } of readRecords(file, { subjects: [who] })) {
    records.push({ time: toIso(time), action, detail });
    if (records.length > mostRecords) {
      records.shift();
      omitted += 1;
    }
  }
  return { records, omitted };
}

interface Source<Read> {
  readonly trail: string;
  readonly records: AsyncGenerator<Read>;
}

export async function* mergeByTime<Read extends { readonly time: EpochMs }>(
  sources: readonly Source<Read>[],
): AsyncGenerator<{ readonly trail: string; readonly record: Read }> {
  try {
    const waiting = await Promise.all(sources.map(async (source) => ({ source, next: await source.records.next() })));
    for (;;) {
      const [earliest] = waiting
        .flatMap((from) => (from.next.done === true ? [] : [{ from, record: from.next.value }]))
        .toSorted((a, b) => a.record.time - b.record.time);
      if (earliest === undefined) return;
      const { from, record } = earliest;
      yield { trail: from.source.trail, record };
      from.next = await from.source.records.next();
    }
  } finally {
    await Promise.allSettled(sources.map(({ records }) => records.return(undefined)));
  }
}
