import { z } from 'zod';
import { changeStored } from '../change-stored.js';
import type { Ports } from '../deps.js';
import { addSec, type EpochMs, epochMsGuard } from '../units.js';

/** A lease expires after this many seconds without renewal. */
const leaseSec = 60;

const lease = {
  key: 'campaign-sender',
  guard: z.object({ holder: z.string(), until: epochMsGuard }),
  expiresAt: ({ until }: { readonly until: EpochMs }) => until,
};

/**
 * Acquires or renews the lease to send e-mails. If two replicas briefly hold it, per-person claims still prevent
 * duplicate e-mails.
 */
export async function takeLease(holder: string, { state, clock }: Ports<'state' | 'clock'>): Promise<boolean> {
  const now = clock.now();
  const { changed } = await changeStored(
    lease,
    (former) => {
      if (former !== null && former.holder !== holder && former.until > now) return former;
      const isFresh = former?.holder === holder && former.until > addSec(now, leaseSec / 2);
      return isFresh ? former : { holder, until: addSec(now, leaseSec) };
    },
    { state },
  );
  return changed.holder === holder;
}

export async function giveLease(holder: string, { state }: Ports<'state'>): Promise<void> {
  const found = await state.read(lease.key);
  const held = lease.guard.safeParse(found?.value);
  if (held.success && held.data.holder === holder) await state.delete(lease.key);
}
