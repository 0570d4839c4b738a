import type { Connection } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { createKeptValues } from '../core/kept-values.js';
import { addSec } from '../core/units.js';

/*
 * Remembers that the provider refuses what recoveries need, such as a permission, so that the first page offers none.
 */

const refusedSec = 15 * 60;
/** Time for which a server uses its last answer, so that anonymous callers cause few reads. */
const heldSec = 10;
const mostHeld = 1000;

const toKey = (connection: string): string => `recovery-refused:${connection}`;

export async function noteProviderRefuses(
  connection: string,
  { state, clock }: Ports<'state' | 'clock'>,
): Promise<void> {
  await state.write(toKey(connection), true, { when: 'any', expiresAt: addSec(clock.now(), refusedSec) });
}

export const noteProviderAccepts = (connection: string, { state }: Ports<'state'>): Promise<void> =>
  state.delete(toKey(connection));

export function createReadProviderRefuses(
  deps: Ports<'state' | 'clock'>,
): (connection: Connection) => Promise<boolean> {
  const held = createKeptValues<Promise<boolean>>({ lifeSec: heldSec, most: mostHeld }, deps);
  return ({ id }) => {
    const known = held.read(id);
    if (known !== undefined) return known;
    const read = deps.state.read(toKey(id)).then((found) => found !== null);
    held.write(id, read);
    return read;
  };
}
