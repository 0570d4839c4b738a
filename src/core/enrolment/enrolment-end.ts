import type { CoreDeps } from '../deps.js';
import { addSec, type EpochMs, epochMsGuard, secondsPerDay } from '../units.js';

/** Longer than any step-up waits: an invitation does for 14 days at most. */
const keptSec = 15 * secondsPerDay;

type Who = { readonly connection: string; readonly subject: string };
const endKey = ({ connection, subject }: Who): string => `enrolment-end:${connection}:${subject}`;

/** Notes that the enrolment of a subject ends now, and with it every step-up of theirs that was started before. */
export async function noteEnd(who: Who, { state, clock }: Pick<CoreDeps, 'state' | 'clock'>): Promise<void> {
  const now = clock.now();
  await state.write(endKey(who), now, { when: 'any', expiresAt: addSec(now, keptSec) });
}

/** Whether an enrolment ended after a step-up of the subject was started. */
export async function hasEndedSince(
  who: Who,
  startedAt: EpochMs,
  { state }: Pick<CoreDeps, 'state'>,
): Promise<boolean> {
  const found = await state.read(endKey(who));
  return found !== null && startedAt < epochMsGuard.parse(found.value);
}
