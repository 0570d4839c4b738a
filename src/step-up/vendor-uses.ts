import type { Ports } from '../core/deps.js';
import { knownShare } from '../core/fair-queue.js';
import { charge, isInSameWindow, type LimitUse } from '../core/limits/limits.js';
import { anonymousSourceOf, shareOf, type Termed } from './record.js';

/**
 * Returns what a session of a liveness vendor uses. Anonymous callers cannot use up the sessions of a recovery that the
 * help desk began.
 */
export function usesOfVendor({ record, terms }: Termed): readonly LimitUse[] {
  if (terms.countsAs === 'recovery_link' || anonymousSourceOf(record) === null) {
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
 * Returns the last session of an expired check to the vendor's hour, if it was counted in this hour. Others stay counted,
 * and so do those of anonymous callers: the costs may have been caused without the result being sent.
 */
export async function returnUnfinished(stepUp: Termed, deps: Ports<'state' | 'clock' | 'settings'>): Promise<void> {
  const { challenge } = stepUp.record;
  if (challenge?.kind !== 'vendor' || challenge.session === null || challenge.countedAt === null) return;
  if (anonymousSourceOf(stepUp.record) !== null) return;
  if (isInSameWindow('vendorChecks', challenge.countedAt, deps)) await charge(usesOfVendor(stepUp), -1, deps);
}
