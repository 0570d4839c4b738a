import type { State } from './ports.js';
import { type EpochSec, toEpochSec } from './units.js';

/** Returns true if the store has lost data since `issuedAt`. Then it is unknown if an item of that time was used. */
export async function isForgotten(issuedAt: EpochSec, { state }: { readonly state: State }): Promise<boolean> {
  return issuedAt < toEpochSec(await state.storeEpoch());
}
