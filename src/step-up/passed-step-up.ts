import { z } from 'zod';
import { changeStored, parseStored, readStored } from '../core/change-stored.js';
import type { Policy, SubjectRef } from '../core/connection.js';
import type { PersonalData, Ports } from '../core/deps.js';
import { isStrongEnough, livenessLevels } from '../core/liveness-policy.js';
import { type AuthenticationMethod, authenticationMethods, type StateRecord } from '../core/ports.js';
import { isEnough, type NeededFactors } from '../core/rules/factors.js';
import { addSec, type EpochMs, epochMs, epochMsGuard, toIso } from '../core/units.js';

/** Sign-in for which a pass is valid. A field that is `null` is unknown and not compared. */
export const hookSignInGuard = z.object({
  /** Application's id in the provider's hook events. */
  application: z.string().nullable(),
  /** Address as `toSource` returns it. */
  address: z.string().nullable(),
});
export type HookSignIn = Readonly<z.infer<typeof hookSignInGuard>>;

const useGuard = z.object({ by: z.string(), at: epochMsGuard });

const passGuard = z.object({
  stepUpId: z.string(),
  passedAt: epochMsGuard,
  liveness: z.number().nullable(),
  presence: z.string().nullable(),
  anotherWay: z.boolean(),
  /** Factors of the check. `null` in records of the release candidate. */
  methods: z.array(z.enum(authenticationMethods)).nullable().default(null),
  /** Liveness that the check had to show. `null` in records of the release candidate. */
  judgedBy: z
    .union([
      z.enum(livenessLevels),
      z.object({ vendor: z.string(), confidence: z.number(), fallback: z.enum(['movement', 'none']) }),
    ])
    .nullable()
    .default(null),
  signIn: hookSignInGuard,
});

const recordGuard = passGuard.extend({
  used: useGuard.nullable(),
  /** The replaced pass, if an event had used it, because that event may be repeated. */
  before: passGuard.extend({ used: useGuard }).nullable(),
});

export type PassedStepUp = z.infer<typeof recordGuard>;

export type Pass = z.infer<typeof passGuard>;

export interface TakenStepUp extends Pass {
  readonly isFirst: boolean;
}

export type NoPassedStepUp =
  | 'no_check'
  | 'check_used'
  | 'face_missing'
  | 'passkey_missing'
  | 'weaker_check'
  | OtherSignIn;

export const factorsOf = ({ methods, anotherWay }: Pass): AuthenticationMethod[] =>
  methods ?? (anotherWay ? ['otp'] : ['face']);

type OtherSignIn = 'other_application' | 'other_address';

/** Tolerance in seconds for another replica's clock. It is short, because it extends the freshness of passes. */
const skewSec = 30;

export const passedKey = ({ connection, subject }: SubjectRef): string => `passed:${connection}:${subject}`;

/** Records a passed step-up, replacing an earlier one, for `freshnessSec`. */
export async function recordPassedStepUp(
  who: SubjectRef,
  result: Omit<Pass, 'anotherWay' | 'methods'> & { readonly methods: readonly AuthenticationMethod[] },
  { freshnessSec }: { readonly freshnessSec: number },
  { state }: Ports<'state'>,
): Promise<void> {
  await changeStored(
    { key: passedKey(who), guard: recordGuard, expiresAt: ({ passedAt }) => addSec(passedAt, freshnessSec) },
    (former) => ({
      ...result,
      methods: [...result.methods],
      anotherWay: !result.methods.includes('face'),
      used: null,
      before: toBefore(former),
    }),
    { state },
  );
}

function toBefore(former: PassedStepUp | null): PassedStepUp['before'] {
  if (former === null || former.used === null) return null;
  const { before: _, used, ...pass } = former;
  return { ...pass, used };
}

/**
 * Consumes the newest pass atomically for one event, which may be repeated.
 * @param by.at - time of the event, which distinguishes repetitions
 * @param by.signIn - passes for other sign-ins stay unused
 * @param by.needed - passes by other factors stay unused
 * @param by.liveness - liveness that the pass must have shown; `null`: that of its own step-up
 * @param by.mayTake - if false, finds only a pass that this event has already consumed
 * @param noted - record that was read under `passedKey`
 * @returns the pass, or why there is none
 */
export async function takePassedStepUp(
  by: {
    readonly who: SubjectRef;
    readonly eventId: string;
    readonly signIn: HookSignIn;
    readonly freshnessSec: number;
    readonly repeatableForSec: number;
    readonly needed: NeededFactors;
    readonly liveness: Policy['liveness'] | null;
    readonly mayTake: boolean;
    readonly at: EpochMs;
  },
  noted: StateRecord | null,
  { state }: Ports<'state'>,
): Promise<TakenStepUp | NoPassedStepUp> {
  const { who, eventId, signIn, freshnessSec, repeatableForSec, needed, liveness, mayTake, at: now } = by;
  const found = parseStored(noted, recordGuard);
  if (found === null) return 'no_check';
  const freshUntil = ({ passedAt }: PassedStepUp): EpochMs => addSec(passedAt, freshnessSec);
  const isFresh = (each: PassedStepUp): boolean => freshUntil(each) > now && each.passedAt <= addSec(now, skewSec);
  // A code in place of a face shows no liveness.
  const isWeaker = (each: PassedStepUp): boolean =>
    liveness !== null && !each.anotherWay && !isStrongEnough(each.judgedBy, liveness);
  const isTaken = (each: PassedStepUp): boolean =>
    mayTake &&
    each.used === null &&
    isFresh(each) &&
    isEnough(factorsOf(each), needed) &&
    !isWeaker(each) &&
    findOther(each, signIn) === null;
  const findHad = (each: PassedStepUp): Pass | null =>
    [each, each.before].find((pass) => pass?.used?.by === eventId && now < addSec(pass.used.at, repeatableForSec)) ??
    null;
  // A repetition gets the pass even when it is no longer fresh.
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
  if (!isEnough(factorsOf(changed), needed)) return changed.anotherWay ? 'face_missing' : 'passkey_missing';
  if (isWeaker(changed)) return 'weaker_check';
  if (changed.used !== null) return 'check_used';
  return findOther(changed, signIn) ?? 'no_check';
}

function findOther({ signIn }: Pass, event: HookSignIn): OtherSignIn | null {
  const differs = (part: keyof HookSignIn): boolean =>
    signIn[part] !== null && event[part] !== null && signIn[part] !== event[part];
  if (differs('application')) return 'other_application';
  return differs('address') ? 'other_address' : null;
}

/** Returns the pass that this event has consumed already, or `null`. */
export async function findTaken(
  { who, eventId, at }: { readonly who: SubjectRef; readonly eventId: string; readonly at: EpochMs },
  deps: Ports<'state'>,
): Promise<Pass | null> {
  const newest = await readPassedStepUp(who, deps);
  return [newest, newest?.before].find((each) => each?.used?.by === eventId && each.used.at === at) ?? null;
}

/** Returns the newest pass, used or not, or `null` if none is fresh. */
async function readPassedStepUp(who: SubjectRef, deps: Ports<'state'>): Promise<PassedStepUp | null> {
  return (await readStored({ key: passedKey(who), guard: recordGuard }, deps))?.record ?? null;
}

export async function forgetPassedStepUp(who: SubjectRef, { state }: Ports<'state'>): Promise<void> {
  await state.delete(passedKey(who));
}

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
