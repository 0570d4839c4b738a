import { z } from 'zod';
import { changeStored, parseStored, readStored } from '../change-stored.js';
import type { SubjectRef } from '../connection.js';
import type { CoreDeps } from '../deps.js';
import type { PersonalData } from '../personal-data/registration.js';
import type { StateRecord } from '../ports.js';
import { addSec, type EpochMs, epochMs, epochMsGuard, toIso } from '../units.js';

/** The sign-in that a pass is for. A part that is `null` is not known, and is not compared. */
export const hookSignInGuard = z.object({
  /** The application, by the id that the provider gives it in its hook events. */
  application: z.string().nullable(),
  /** The address of the browser that signs in, as `toSource` names it. */
  address: z.string().nullable(),
});
export type HookSignIn = Readonly<z.infer<typeof hookSignInGuard>>;

/** The event that used a pass, and when; whoever comes later finds it spent. */
const useGuard = z.object({ by: z.string(), at: epochMsGuard });

const passGuard = z.object({
  stepUpId: z.string(),
  passedAt: epochMsGuard,
  liveness: z.number().nullable(),
  presence: z.string().nullable().default(null),
  /** Whether a code was given in place of a face. */
  anotherWay: z.boolean().default(false),
  /** `null`: an earlier version noted the pass for any sign-in, and no event gets it. */
  signIn: hookSignInGuard.nullable().default(null),
});

const recordGuard = passGuard.extend({
  used: useGuard.nullable(),
  /** The one whose place it took, where an event had used that: the event may ask again. */
  before: passGuard.extend({ used: useGuard }).nullable().default(null),
});

/** A step-up that passed and waits for a hook. */
export type PassedStepUp = z.infer<typeof recordGuard>;

/** What a hook is answered from. */
export type Pass = z.infer<typeof passGuard>;

/** One that an event has. */
export interface TakenStepUp extends Pass {
  /** Whether the event asked for the first time. */
  readonly isFirst: boolean;
}

/** Why an event finds no passed step-up. */
export type NoPassedStepUp = 'no_check' | 'check_used' | 'another_way' | OtherSignIn;

/** What tells the sign-in of an event from the one that a pass is for. */
type OtherSignIn = 'other_application' | 'other_address';

/** How far ahead the clock of the replica may be that it passed at: further, and it would stay fresh for longer. */
const skewSec = 30;

/** Where the newest one of a subject is. */
export const passedKey = ({ connection, subject }: SubjectRef): string => `passed:${connection}:${subject}`;

/** Notes that a step-up passed, in place of any earlier one of the subject. It is kept for `freshnessSec`. */
export async function recordPassedStepUp(
  who: SubjectRef,
  result: {
    readonly stepUpId: string;
    readonly passedAt: EpochMs;
    readonly liveness: number | null;
    readonly presence: string | null;
    readonly anotherWay: boolean;
    readonly signIn: HookSignIn;
  },
  { freshnessSec }: { readonly freshnessSec: number },
  { state }: Pick<CoreDeps, 'state'>,
): Promise<void> {
  await changeStored(
    { key: passedKey(who), guard: recordGuard, expiresAt: ({ passedAt }) => addSec(passedAt, freshnessSec) },
    (former) => ({ ...result, used: null, before: toBefore(former) }),
    { state },
  );
}

function toBefore(former: PassedStepUp | null): PassedStepUp['before'] {
  if (former === null || former.used === null) return null;
  const { before: _, used, ...pass } = former;
  return { ...pass, used };
}

/**
 * Takes the newest passed step-up of a subject for one event. The swap is atomic, so that of two events only one gets
 * it; the event that has it may ask again for a while.
 * @param by.at - now; it tells this try from another of the same event
 * @param by.signIn - the sign-in that the event tells of; a pass for another one is left where it is
 * @param by.needsFace - whether a pass by another way than a face is left where it is, and is none
 * @param by.isLockedOut - whether the event gets no pass but one that it has already
 * @param noted - what is stored under `passedKey`, as it was read a moment ago
 * @returns why there is none: nobody passed, or not lately enough; an event used it that may not ask again; or it is for another sign-in
 */
export async function takePassedStepUp(
  by: {
    readonly who: SubjectRef;
    readonly eventId: string;
    readonly signIn: HookSignIn;
    readonly freshnessSec: number;
    readonly repeatableForSec: number;
    readonly needsFace: boolean;
    readonly isLockedOut: boolean;
    readonly at: EpochMs;
  },
  noted: StateRecord | null,
  { state }: Pick<CoreDeps, 'state'>,
): Promise<TakenStepUp | NoPassedStepUp> {
  const { who, eventId, signIn, freshnessSec, repeatableForSec, needsFace, isLockedOut, at: now } = by;
  const found = parseStored(noted, recordGuard);
  if (found === null) return 'no_check';
  const freshUntil = ({ passedAt }: PassedStepUp): EpochMs => addSec(passedAt, freshnessSec);
  const isFresh = (each: PassedStepUp): boolean => freshUntil(each) > now && each.passedAt <= addSec(now, skewSec);
  const isTaken = (each: PassedStepUp): boolean =>
    !isLockedOut &&
    each.used === null &&
    isFresh(each) &&
    !(each.anotherWay && needsFace) &&
    findOther(each, signIn) === null;
  const findHad = (each: PassedStepUp): Pass | null =>
    [each, each.before].find((pass) => pass?.used?.by === eventId && now < addSec(pass.used.at, repeatableForSec)) ??
    null;
  // Whoever asks again finds it, though it is no longer fresh.
  const expiresAt = (each: PassedStepUp): EpochMs =>
    epochMs(Math.max(freshUntil(each), each.used === null ? 0 : addSec(each.used.at, repeatableForSec)));
  const { former, changed } = await changeStored(
    { key: passedKey(who), guard: recordGuard, expiresAt },
    (each) =>
      each !== null && findHad(each) === null && isTaken(each) ? { ...each, used: { by: eventId, at: now } } : each,
    { state },
    found,
  );
  if (changed === null) return 'no_check';
  const had = findHad(changed);
  if (had !== null) return { ...had, isFirst: changed !== former };
  if (!isFresh(changed)) return 'no_check';
  if (needsFace && changed.anotherWay) return 'another_way';
  if (changed.used !== null) return 'check_used';
  return findOther(changed, signIn) ?? 'no_check';
}

/** Compares the sign-in that a pass is for with that of an event. @returns `null` if they are the same, as far as both are known */
function findOther({ signIn }: Pass, event: HookSignIn): OtherSignIn | 'no_check' | null {
  if (signIn === null) return 'no_check';
  const differs = (part: keyof HookSignIn): boolean =>
    signIn[part] !== null && event[part] !== null && signIn[part] !== event[part];
  if (differs('application')) return 'other_application';
  return differs('address') ? 'other_address' : null;
}

/** What a try to take one that got no answer has taken after all; `null`: nothing. @throws FaceError `state_unavailable` */
export async function findTaken(
  { who, eventId, at }: { readonly who: SubjectRef; readonly eventId: string; readonly at: EpochMs },
  deps: Pick<CoreDeps, 'state'>,
): Promise<Pass | null> {
  const newest = await readPassedStepUp(who, deps);
  return [newest, newest?.before].find((each) => each?.used?.by === eventId && each.used.at === at) ?? null;
}

/** The newest passed step-up of a subject, used or not; `null`: none that is fresh. */
export async function readPassedStepUp(who: SubjectRef, deps: Pick<CoreDeps, 'state'>): Promise<PassedStepUp | null> {
  return (await readStored({ key: passedKey(who), guard: recordGuard }, deps))?.record ?? null;
}

/** Forgets a passed step-up that no hook has used yet. */
export async function forgetPassedStepUp(who: SubjectRef, { state }: Pick<CoreDeps, 'state'>): Promise<void> {
  await state.delete(passedKey(who));
}

/** Registration of this data. */
export const passedStepUpData = {
  part: 'passed_step_up',
  keys: ['passed:*:*'],
  read: async (who, deps) => {
    const kept = await readPassedStepUp(who, deps);
    if (kept === null) return { passedStepUp: null };
    const { stepUpId, passedAt, liveness, used } = kept;
    const usedAt = used === null ? null : toIso(used.at);
    return { passedStepUp: { stepUpId, passedAt: toIso(passedAt), liveness, usedAt } };
  },
  endedBy: 'enrolment',
  forget: forgetPassedStepUp,
} as const satisfies PersonalData;
