import type { State } from './ports.js';
import { type EpochSec, toEpochSec } from './units.js';

/**
 * Returns true if the store lost data since, so that an item's use is unknown.
 * @throws `state_unavailable`
 */
export async function isForgotten(issuedAt: EpochSec, { state }: { readonly state: State }): Promise<boolean> {
  return issuedAt < toEpochSec(await state.storeEpoch());
}
