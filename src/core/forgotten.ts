import type { State } from './ports.js';
import { type EpochSec, toEpochSec } from './units.js';

/**
 * Whether something that counts once was issued before the store lost what it knew: then nobody can tell whether it was used.
 * @throws FaceError `state_unavailable`
 */
export async function isForgotten(issuedAt: EpochSec, { state }: { readonly state: State }): Promise<boolean> {
  return issuedAt < toEpochSec(await state.storeEpoch());
}
