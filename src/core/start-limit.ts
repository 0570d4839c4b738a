import { FaceError } from '../errors.js';
import type { CoreDeps } from './deps.js';
import { addSec } from './units.js';

const windowSec = 60;

/** A whole company may sit behind one address, and each of its people starts a few. */
const startsAllowed = 300;

/**
 * Counts a step-up that somebody starts without having shown who they are.
 * @param source - the address it comes from
 * @throws FaceError `locked_out` with `retryAfterSec`
 */
export async function limitStarts(source: string, { state, clock }: Pick<CoreDeps, 'state' | 'clock'>): Promise<void> {
  const starts = await state.add(`starts:${source}`, 1, addSec(clock.now(), windowSec));
  if (starts > startsAllowed) throw new FaceError('locked_out', { retryAfterSec: windowSec });
}
