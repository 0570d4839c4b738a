import type { RecordOf } from '../core/audit-events.js';
import type { SubjectRef } from '../core/connection.js';
import { toIso } from '../core/units.js';
import { readRecords } from './records.js';

const mostRecords = 1000;

/** Reads the newest records about one user, oldest first. @returns also the number of older records */
export async function readRecordsOf(
  file: string,
  who: SubjectRef,
): Promise<{ readonly records: readonly RecordOf[]; readonly left: number }> {
  const records: RecordOf[] = [];
  let left = 0;
  for await (const { time, action, detail } of readRecords(file, { subjects: [who] })) {
    records.push({ time: toIso(time), action, detail });
    if (records.length > mostRecords) {
      records.shift();
      left += 1;
    }
  }
  return { records, left };
}
