import { z } from 'zod';
import { changeStored } from './change-stored.js';
import type { Ports } from './deps.js';
import { addSec, type EpochMs, epochMsGuard } from './units.js';

export interface Lease {
  readonly key: string;
  /** Seconds after which it expires without renewal. */
  readonly lifeSec: number;
}

const guard = z.object({ holder: z.string(), until: epochMsGuard });

/** Acquires or renews a lease. After a long pause of a process, two replicas may briefly hold it. */
export async function takeLease(
  { key, lifeSec }: Lease,
  holder: string,
  { state, clock }: Ports<'state' | 'clock'>,
): Promise<boolean> {
  const now = clock.now();
  const { changed } = await changeStored(
    { key, guard, expiresAt: ({ until }: { readonly until: EpochMs }) => until },
    (former) => {
      if (former !== null && former.holder !== holder && former.until > now) return former;
      const isFresh = former?.holder === holder && former.until > addSec(now, lifeSec / 2);
      return isFresh ? former : { holder, until: addSec(now, lifeSec) };
    },
    { state },
  );
  return changed.holder === holder;
}

export async function releaseLease({ key }: Lease, holder: string, { state }: Ports<'state'>): Promise<void> {
  const held = guard.safeParse((await state.read(key))?.value);
  if (held.success && held.data.holder === holder) await state.delete(key);
}
