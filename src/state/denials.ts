import { z } from 'zod';
import { readRecords } from '../audit/records.js';
import { denyTokenId } from '../core/deny-list.js';
import type { Clock, State } from '../core/ports.js';
import { type EpochMs, fromIso } from '../core/units.js';

/** Under which name the records of an action tell the token that was denied. */
const deniedBy = {
  revoked: 'tokenId',
  subject_erased: 'tokenId',
  renewed: 'former',
  enrolled: 'former',
  enrolment_recovered: 'former',
  // Its write may land after all.
  enrolment_refused: 'tokenId',
} as const;

const tokenIdGuard = z.string().min(1);
const expiryGuard = z.iso.datetime().transform(fromIso);

const needleOf = (action: string): string => `"action":"${action}"`;

/**
 * Denies anew what this server has denied so far, as its audit trail tells, but for tokens that have expired since. A
 * trail of any size is read piece by piece; in memory are the ids of denied tokens alone.
 * @param auditFile - may be absent
 * @returns how many were denied
 * @throws FaceError `state_unavailable`
 */
export async function replayDenials(
  auditFile: string,
  { state, clock }: { readonly state: Pick<State, 'write'>; readonly clock: Clock },
): Promise<number> {
  const expiries = await readDenied(auditFile);
  if (expiries.size === 0) return 0;
  for await (const { action, detail } of readRecords(auditFile, { needle: needleOf('enrolled') })) {
    const tokenId = tokenIdGuard.safeParse(detail.tokenId).data;
    const expiresAt = expiryGuard.safeParse(detail.expiresAt).data;
    if (action === 'enrolled' && tokenId !== undefined && expiresAt !== undefined && expiries.has(tokenId))
      expiries.set(tokenId, expiresAt);
  }
  let denied = 0;
  for (const [tokenId, expiresAt] of expiries)
    if (await denyTokenId({ tokenId, expiresAt }, { state, clock })) denied += 1;
  return denied;
}

/** Denied tokens. Of those that a client revoked the record tells the expiry; of all others another one does. */
async function readDenied(auditFile: string): Promise<Map<string, EpochMs | null>> {
  const denied = new Map<string, EpochMs | null>();
  for (const [wanted, field] of Object.entries(deniedBy)) {
    for await (const { action, detail } of readRecords(auditFile, { needle: needleOf(wanted) })) {
      const tokenId = tokenIdGuard.safeParse(detail[field]).data;
      if (action !== wanted || tokenId === undefined) continue;
      const expiresAt = action === 'revoked' ? (expiryGuard.safeParse(detail.expiresAt).data ?? null) : null;
      denied.set(tokenId, expiresAt ?? denied.get(tokenId) ?? null);
    }
  }
  return denied;
}
