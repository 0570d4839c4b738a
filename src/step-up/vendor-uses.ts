import type { Ports } from '../core/deps.js';
import { knownShare } from '../core/fair-queue.js';
import { charge, type LimitUse } from '../core/limits/limits.js';
import { anonymousSourceOf, type StepUpRecord, shareOf } from './record.js';

/**
 * Returns what a session of a liveness vendor uses. Anonymous callers cannot use up the sessions of a recovery that the
 * help desk began.
 */
export function usesOfVendor(record: StepUpRecord): readonly LimitUse[] {
  if (record.countsAs === 'recovery_link' || anonymousSourceOf(record) === null) {
    const { connection, subject } = record;
    return [['vendorChecks', '', knownShare(JSON.stringify([connection, subject]))]];
  }
  const share = shareOf(record);
  return [
    ['vendorChecks', '', share],
    ['vendorChecksByOutsiders', '', share],
  ];
}

/**
 * Returns the session of a check to the vendor's hour if no one finished it: another one replaced it, or the check
 * expired. Sessions of anonymous callers stay counted, because they can cause the costs without finishing.
 */
export async function returnUnfinished(
  record: StepUpRecord,
  deps: Ports<'state' | 'clock' | 'settings'>,
): Promise<void> {
  const session = record.vendorCheck?.session ?? null;
  if (session !== null && anonymousSourceOf(record) === null) await charge(usesOfVendor(record), -1, deps);
}
