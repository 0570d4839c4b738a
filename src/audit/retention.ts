import { rm } from 'node:fs/promises';
import type { AuditEvent } from '../core/audit-events.js';
import type { Clock } from '../core/ports.js';
import { addSec } from '../core/units.js';
import { readTail } from './chain.js';
import { closedFileOf, closedSegmentsOf, headsFileOf } from './trail-files.js';

const secondsPerDay = 86_400;

/**
 * Removes closed files older than `retentionDays`. Before each removal, a record with the number and digest of the last
 * removed line is appended. With this record, the rest of the hash chain can still be verified.
 * @param rules.beforeRemoval - saves data from records that will be removed; if it throws, nothing is removed
 */
export async function removeOldSegments(
  file: string,
  {
    retentionDays,
    clock,
    beforeRemoval,
  }: { readonly retentionDays: number; readonly clock: Clock; readonly beforeRemoval: () => Promise<void> },
  append: (event: AuditEvent) => Promise<void>,
): Promise<void> {
  const keptFrom = addSec(clock.now(), -retentionDays * secondsPerDay);
  let isKept = false;
  for (const { file: segment, lastSequence } of await closedSegmentsOf(file)) {
    const { sequence: through, digest, time } = await readTail(segment);
    if (time === null || time >= keptFrom) return;
    if (!isKept) await beforeRemoval();
    isKept = true;
    await append({ action: 'records_removed', connection: '', subject: '', detail: { through, digest } });
    await rm(segment);
    await rm(closedFileOf(headsFileOf(file), lastSequence), { force: true });
  }
}
