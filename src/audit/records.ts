import { z } from 'zod';
import { type EpochMs, fromIso } from '../core/units.js';
import { linesWith, readPieces } from './read.js';

/** What every record tells, but for its detail. */
export const recordHead = z.object({
  sequence: z.int().min(1),
  time: z.iso.datetime().transform(fromIso),
  action: z.string(),
  connection: z.string(),
  subject: z.string(),
  /** The request it belongs to. Outside of requests, and by earlier versions, it is not written. */
  request: z.string().optional(),
});

const recordGuard = recordHead.extend({ detail: z.record(z.string(), z.json()) });

/** One record of an audit trail, of any action, as it was written by this version or another one. */
export type AuditRecord = z.output<typeof recordGuard>;

/** A user whose records are asked for. */
export interface RecordSubject {
  /** `null`: whichever. */
  readonly connection: string | null;
  readonly subject: string;
}

/** Which records are asked for; what is not said, or `null`, is all. */
export interface RecordFilter {
  readonly since?: EpochMs | null;
  /** Records of this moment and later are left out. */
  readonly until?: EpochMs | null;
  readonly connection?: string | null;
  /** Of any of these users; of that id at whatever connection where none is named. */
  readonly subjects?: readonly RecordSubject[] | null;
  /** Any text: another version may have written others than this one knows. */
  readonly action?: string | null;
}

/**
 * The records of an audit trail that are asked for, of whatever action, oldest first; of a trail of any size only a piece is in
 * memory at once. For those whose detail is to be understood there is `readEvents`. Lines that cannot be read are passed
 * over: `facestep audit verify` is what finds those.
 */
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

/** One of these every record that is asked for holds, as it was written: lines without need not be parsed. */
function marksOf({
  connection,
  subjects,
  action,
}: Required<Pick<RecordFilter, 'connection' | 'subjects' | 'action'>>): readonly string[] {
  if (subjects !== null) return subjects.map(({ subject }) => `"subject":${JSON.stringify(subject)}`);
  if (action !== null) return [`"action":${JSON.stringify(action)}`];
  return [connection === null ? '"sequence":' : `"connection":${JSON.stringify(connection)}`];
}

/** `null` for a line that a crash cut off, or that is something else. */
function parseRecord(line: Buffer): AuditRecord | null {
  try {
    return recordGuard.parse(JSON.parse(line.toString('utf8')));
  } catch {
    return null;
  }
}
