import { z } from 'zod';
import { type EpochMs, fromIso } from '../core/units.js';
import { findLines } from './read.js';

const recordGuard = z.object({
  sequence: z.int().min(1),
  time: z.iso.datetime().transform(fromIso),
  action: z.string(),
  connection: z.string(),
  subject: z.string(),
  detail: z.record(z.string(), z.json()),
});

/** One record of an audit trail, as it was written by this version or an earlier one. */
export type AuditRecord = z.output<typeof recordGuard>;

/**
 * The records of an audit trail that hold `needle` as bytes, oldest first; of a trail of any size only a piece is in memory
 * at once. Lines that cannot be read are passed over: `facestep audit verify` is what finds those.
 * @param options.since - earlier records are left out
 */
export async function* readRecords(
  file: string,
  { needle, since = null }: { readonly needle: string; readonly since?: EpochMs | null },
): AsyncGenerator<AuditRecord> {
  for await (const line of findLines(file, needle)) {
    const record = parseRecord(line);
    if (record !== null && (since === null || record.time >= since)) yield record;
  }
}

/** `null` for a line that a crash cut off, or that is something else. */
export function parseRecord(line: Buffer): AuditRecord | null {
  try {
    return recordGuard.parse(JSON.parse(line.toString('utf8')));
  } catch {
    return null;
  }
}
