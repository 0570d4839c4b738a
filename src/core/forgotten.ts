import type { State } from './ports.js';
import { type EpochSec, toEpochSec } from './units.js';

/**
 * Returns true if a one-time item was issued before the store lost data, so that its use is unknown.
 * @throws `state_unavailable`
 */
export async function isForgotten(issuedAt: EpochSec, { state }: { readonly state: State }): Promise<boolean> {
  return issuedAt < toEpochSec(await state.storeEpoch());
}
