import type { z } from 'zod';
import type { Json } from '../base/json.js';
import { FaceError } from '../errors.js';
import type { State } from './ports.js';
import type { EpochMs } from './units.js';

/** Replicas that change one record at the same moment get through one after another; each round, one does. */
const maxContentions = 20;

/**
 * Changes a record that stays under its key: reads it, and writes what `change` makes of it unless somebody else wrote in
 * between; then anew.
 * @param change - is given `null` where nothing is stored; throws to leave it as it is
 * @returns what was written
 * @throws FaceError `state_unavailable`, and whatever `change` throws
 */
export async function changeStored<Value extends Json>(
  {
    key,
    guard,
    ...kept
  }: {
    readonly key: string;
    readonly guard: z.ZodType<Value>;
    readonly expiresAt: EpochMs | null;
    readonly mayBeLost?: boolean;
  },
  change: (former: Value | null) => Value,
  { state }: { readonly state: State },
): Promise<Value> {
  for (let contentions = 0; contentions < maxContentions; contentions += 1) {
    const found = await state.read(key);
    const changed = change(found === null ? null : guard.parse(found.value));
    const when = found === null ? 'absent' : { revision: found.revision };
    if (await state.write(key, changed, { when, ...kept })) return changed;
  }
  throw new FaceError('state_unavailable', { reason: 'contended' });
}
