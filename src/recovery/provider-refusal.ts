import type { Ports } from '../core/deps.js';
import { createKeptValues } from '../core/kept-values.js';
import { addSec } from '../core/units.js';

/*
 * Remembers that the provider refuses what recoveries need, such as a permission, so that the first page offers none.
 */

const refusedSec = 15 * 60;

const toKey = (connection: string): string => `recovery-refused:${connection}`;

export async function noteProviderRefuses(id: string, { state, clock }: Ports<'state' | 'clock'>): Promise<void> {
  await state.write(toKey(id), true, { when: 'any', expiresAt: addSec(clock.now(), refusedSec) });
}

/** Ends the note. Never rejects, because the note ends by itself. */
export const noteProviderAccepts = (id: string, { state }: Ports<'state'>): Promise<void> =>
  state.delete(toKey(id)).catch(() => {});

/** Creates a function that reads at most once in some seconds, for anonymous callers. False if the store fails. */
export function createReadProviderRefuses(deps: Ports<'state' | 'clock'>): (id: string) => Promise<boolean> {
  const held = createKeptValues<Promise<boolean>>({ lifeSec: 10, most: 1000 }, deps);
  return (id) => {
    const known = held.read(id);
    if (known !== undefined) return known;
    const read = deps.state.read(toKey(id)).then(Boolean, () => false);
    held.write(id, read);
    return read;
  };
}
