import type { Ports } from './deps.js';
import { type EpochSec, toEpochSec } from './units.js';

/**
 * Returns true if the store has lost data since `issuedAt`. A single-use item that was issued then may have been used
 * already.
 */
export async function isForgotten(issuedAt: EpochSec, { state }: Ports<'state'>): Promise<boolean> {
  return issuedAt < toEpochSec(await state.storeEpoch());
}
