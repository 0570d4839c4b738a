import { z } from 'zod';
import { changeStored, readStored } from '../change-stored.js';
import type { SubjectRef } from '../connection.js';
import type { CoreDeps } from '../deps.js';
import { addSec, type EpochMs, epochMsGuard } from '../units.js';

const recordGuard = z.object({
  stepUpId: z.string(),
  passedAt: epochMsGuard,
  liveness: z.number().nullable(),
  presence: z.string().nullable().default(null),
  /** Whether a code was given in place of a face. */
  anotherWay: z.boolean().default(false),
  /** The event that used it, and when; whoever comes later finds it spent. */
  used: z.object({ by: z.string(), at: epochMsGuard }).nullable(),
});

/** A step-up that passed and waits for a hook. */
export type PassedStepUp = z.infer<typeof recordGuard>;

/** Why an event finds no passed step-up. */
export type NoPassedStepUp = 'no_check' | 'check_used' | 'another_way';

/** How far ahead the clock of the replica may be that it passed at: further, and it would stay fresh for longer. */
const skewSec = 30;

const passedKey = ({ connection, subject }: SubjectRef): string => `passed:${connection}:${subject}`;

/** Notes that a step-up passed, in place of any earlier one of the subject. It is kept for `freshnessSec`. */
export async function recordPassedStepUp(
  who: SubjectRef,
  result: {
    readonly stepUpId: string;
    readonly passedAt: EpochMs;
    readonly liveness: number | null;
    readonly presence: string | null;
    readonly anotherWay?: boolean;
  },
  { freshnessSec }: { readonly freshnessSec: number },
  { state }: Pick<CoreDeps, 'state'>,
): Promise<void> {
  await state.write(
    passedKey(who),
    { ...result, used: null },
    { when: 'any', expiresAt: addSec(result.passedAt, freshnessSec) },
  );
}

/**
 * Takes the newest passed step-up of a subject for one event. The swap is atomic, so that of two events only one gets
 * it; the event that has it may ask again for a while.
 * @param by.needsFace - whether a pass by another way than a face is left where it is, and is none
 * @returns why there is none: nobody passed, or not lately enough; or an event used it that may not ask again
 */
export async function takePassedStepUp(
  who: SubjectRef,
  by: {
    readonly eventId: string;
    readonly freshnessSec: number;
    readonly repeatableForSec: number;
    readonly needsFace: boolean;
  },
  { state, clock }: Pick<CoreDeps, 'state' | 'clock'>,
): Promise<PassedStepUp | NoPassedStepUp> {
  const { eventId, freshnessSec, repeatableForSec, needsFace } = by;
  const now = clock.now();
  const freshUntil = ({ passedAt }: PassedStepUp): EpochMs => addSec(passedAt, freshnessSec);
  const isFresh = (found: PassedStepUp): boolean => freshUntil(found) > now && found.passedAt <= addSec(now, skewSec);
  const isTaken = (found: PassedStepUp): boolean =>
    found.used === null && isFresh(found) && !(found.anotherWay && needsFace);
  const { changed } = await changeStored(
    { key: passedKey(who), guard: recordGuard, expiresAt: freshUntil },
    (found) => (found !== null && isTaken(found) ? { ...found, used: { by: eventId, at: now } } : found),
    { state },
  );
  const used = changed?.used ?? null;
  if (changed === null || !isFresh(changed)) return 'no_check';
  if (needsFace && changed.anotherWay) return 'another_way';
  if (used === null) return 'no_check';
  return used.by === eventId && now < addSec(used.at, repeatableForSec) ? changed : 'check_used';
}

/** The newest passed step-up of a subject, used or not; `null`: none that is fresh. */
export async function readPassedStepUp(who: SubjectRef, deps: Pick<CoreDeps, 'state'>): Promise<PassedStepUp | null> {
  return (await readStored({ key: passedKey(who), guard: recordGuard }, deps))?.record ?? null;
}

/** Forgets a passed step-up that no hook has used yet. */
export async function forgetPassedStepUp(who: SubjectRef, { state }: Pick<CoreDeps, 'state'>): Promise<void> {
  await state.delete(passedKey(who));
}
