import { FaceError } from '../../errors.js';
import type { SubjectRef } from '../connection.js';
import type { Ports } from '../deps.js';
import { addSec, type EpochMs, epochMsGuard, secondsPerDay } from '../units.js';

/** Seconds for which the end of an enrolment is stored. The longest step-up, an invitation, is valid for 30 days. */
const keptSec = 31 * secondsPerDay;

const endKey = ({ connection, subject }: SubjectRef): string => `enrolment-end:${connection}:${subject}`;

/** Records the end of an enrolment, which also ends step-ups that started before. */
export async function noteEnd(who: SubjectRef, { state, clock }: Ports<'state' | 'clock'>): Promise<void> {
  const now = clock.now();
  await state.write(endKey(who), now, { when: 'any', expiresAt: addSec(now, keptSec) });
}

/** Returns true if an enrolment ended after the step-up's start. */
export async function hasEndedSince(who: SubjectRef, startedAt: EpochMs, { state }: Ports<'state'>): Promise<boolean> {
  const found = await state.read(endKey(who));
  return found !== null && startedAt < epochMsGuard.parse(found.value);
}

/** @throws `step_up_finished` if the enrolment has ended since the step-up's start */
export async function checkNotEnded(
  stepUp: SubjectRef & { readonly startedAt: EpochMs },
  deps: Ports<'state'>,
): Promise<void> {
  if (await hasEndedSince(stepUp, stepUp.startedAt, deps)) throw new FaceError('step_up_finished');
}
