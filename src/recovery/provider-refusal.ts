import { z } from 'zod';
import { changeStored, readStored } from '../core/change-stored.js';
import type { SubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { createKeptValues } from '../core/kept-values.js';
import { digestOf } from '../core/secrets.js';
import { addSec, type EpochMs, epochMsGuard } from '../core/units.js';

/*
 * Remembers that the provider refuses what recoveries need, such as a permission, so that the first page offers none.
 * One refusal may be about the account alone, so refusals of two people are required.
 */

const refusedSec = 15 * 60;

const toStored = (connection: string) => ({
  key: `recovery-refused:${connection}`,
  /** The last two refused people, as digests. An earlier version stored `true`. */
  guard: z.array(z.object({ person: z.string(), until: epochMsGuard })).catch([]),
  expiresAt: ([newest]: readonly { readonly until: EpochMs }[]): EpochMs | null => newest?.until ?? null,
});

export async function noteProviderRefuses(
  { connection, subject }: SubjectRef,
  { state, clock }: Ports<'state' | 'clock'>,
): Promise<void> {
  const refused = { person: digestOf(subject).toString('base64url'), until: addSec(clock.now(), refusedSec) };
  await changeStored(
    toStored(connection),
    (found) => [refused, ...(found ?? []).filter(({ person }) => person !== refused.person)].slice(0, 2),
    { state },
  );
}

/** Ends the note. Never rejects, because the note ends by itself. */
export const noteProviderAccepts = (id: string, { state }: Ports<'state'>): Promise<void> =>
  state.delete(toStored(id).key).catch(() => {});

/**
 * Creates a function that returns true if recoveries would fail, by refusals or by the last health check. It reads at
 * most once in some seconds, for anonymous callers. False if the store fails.
 */
export function createReadProviderRefuses(
  deps: Ports<'state' | 'clock'> & { readonly findsRecoveryFailing: (connection: string) => Promise<boolean> },
): (id: string) => Promise<boolean> {
  const held = createKeptValues<Promise<boolean>>({ lifeSec: 10, most: 1000 }, deps);
  return (id) => {
    const known = held.read(id);
    if (known !== undefined) return known;
    const isCurrent = ({ until }: { readonly until: EpochMs }): boolean => until > deps.clock.now();
    const read = Promise.all([readStored(toStored(id), deps), deps.findsRecoveryFailing(id)]).then(
      ([found, isFailing]) => isFailing || (found?.record ?? []).filter(isCurrent).length > 1,
      () => false,
    );
    held.write(id, read);
    return read;
  };
}
