import { z } from 'zod';
import { FaceError, type FaceErrorCode, photoCodes, toCode } from '../../errors.js';
import type { CoreDeps } from '../deps.js';
import type { StateRecord, WriteCondition } from '../ports.js';
import { addSec, type EpochMs, epochMs, epochMsGuard, secondsPerDay } from '../units.js';

/** Whose attempts are counted together, and how many may fail before none is taken. */
export interface Counted {
  readonly name: string;
  /** Named in the log and the metrics. */
  readonly kind: 'subject' | 'outsider' | 'outsiders' | 'token' | 'administrator' | 'hook';
  readonly failuresAllowed: number;
  /** How long failures add up, in seconds. */
  readonly windowSec: number;
  /** How long after its end a lockout is remembered: until then one more failure brings the next, of twice the length. */
  readonly rememberedSec: number;
  /** Failures in a row after which a lockout lasts a year; where absent, none does. */
  readonly failuresInAll?: number;
  /** Whether a success takes back the failures of its own source alone, and ends no lockout; where absent, it clears all. */
  readonly keepsOthersFailures?: true;
}

/** Of the first lockout; each one after it is twice as long, up to a day. */
export const firstLockoutSec = 15 * 60;

/** The first lockout in a row that lasts a day. */
const dayLevel = 1 + Math.ceil(Math.log2(secondsPerDay / firstLockoutSec));

/** While as many attempts as may fail are under way, or where a process died with the last of them. */
const crowdedSec = 30;

/** Nothing was compared, so nothing was guessed: the picture was of no use, or nobody looked at it. */
const unusedAttempt: ReadonlySet<FaceErrorCode> = new Set([
  ...photoCodes,
  'overloaded',
  'key_service_unavailable',
  'upstream_unavailable',
  'upstream_malformed',
]);

const lockoutGuard = z.object({
  /** Which lockout in a row it is, from 1. */
  level: z.int().min(1),
  until: epochMsGuard,
  /** Whether only a crowd brought it: where one of them turns out to have failed nothing, it ends. */
  isCrowded: z.boolean().default(false),
});

type Stores = Pick<CoreDeps, 'state' | 'clock'>;

/**
 * Runs one attempt at a face check and counts it against `whose`: none is taken where one of them is locked out. The attempt
 * is counted in all before it runs, so that many at once count too, and is given back in all where nothing was compared. A
 * success clears the counts and the lockouts.
 * @param whose - the widest first, and all others' after one's own
 * @param onLockout - told of each lockout that this attempt brings
 * @throws FaceError `locked_out` with `retryAfterSec`, and whatever `attempt` throws
 */
export async function countAttempt<T>(
  whose: Counted | readonly Counted[],
  attempt: () => Promise<{ readonly succeeded: boolean; readonly result: T }>,
  deps: Stores,
  onLockout: OnLockout = async () => {},
): Promise<T> {
  const begun = await beginAttempt([whose].flat(), deps);
  try {
    const { succeeded, result } = await attempt();
    await (succeeded ? noteSuccess(begun, deps) : noteFailure(begun, deps, onLockout));
    return result;
  } catch (error) {
    await (unusedAttempt.has(toCode(error)) ? giveBack(begun, deps) : noteFailure(begun, deps, onLockout));
    throw error;
  }
}

/** A lockout has begun, for failures and not for a crowd. */
export type OnLockout = (lockout: {
  readonly kind: Counted['kind'];
  /** Which one in a row it is, from 1. */
  readonly level: number;
  readonly until: EpochMs;
}) => Promise<void>;

/** An attempt under way, as it was counted in one place. */
interface Begun {
  readonly who: Counted;
  readonly level: number;
  /** With this one. */
  readonly failures: number;
}

/** Lockouts are looked for before anything is counted: whoever is locked out leaves no records, and crowds nobody out. */
async function beginAttempt(whose: readonly Counted[], deps: Stores): Promise<readonly Begun[]> {
  const found = await Promise.all(whose.map(async (who) => ({ who, lockout: await readLockout(who, deps) })));
  const locked = found.map(({ who, lockout }) => ({ who, until: lockout?.until ?? epochMs(0) }));
  const longest = locked.toSorted((a, b) => a.until - b.until).at(-1);
  if (longest !== undefined && longest.until > deps.clock.now()) throw toLockedOut(longest.who, longest.until, deps);
  const begun: Begun[] = [];
  for (const { who, lockout } of found) {
    const level = lockout?.level ?? 0;
    const failures = await addFailures({ who, level }, 1, deps);
    begun.push({ who, level, failures });
    if (failures <= allowedAt(who, level)) continue;
    const when: WriteCondition = lockout === null ? 'absent' : { revision: lockout.revision };
    const crowded = { level: level + 1, lockedSec: crowdedSec, isCrowded: true, when };
    const until = await lockOut(who, crowded, deps);
    await giveBack(begun, deps);
    throw toLockedOut(who, until, deps);
  }
  return begun;
}

async function noteFailure(begun: readonly Begun[], deps: Stores, onLockout: OnLockout): Promise<void> {
  for (const { who, level: former, failures } of begun) {
    if (failures < allowedAt(who, former)) continue;
    const level = former + 1;
    const lockedSec = lockedSecOf(who, level);
    const until = await lockOut(who, { level, lockedSec, isCrowded: false, when: 'any' }, deps);
    await onLockout({ kind: who.kind, level, until });
  }
}

async function noteSuccess(begun: readonly Begun[], deps: Stores): Promise<void> {
  let ownFailures = 0;
  for (const each of begun) {
    const { who, level, failures } = each;
    if (who.keepsOthersFailures === true) await takeBack(each, 1 + ownFailures, deps);
    else if (failures + level > 1) await clearAttempts(who, deps);
    else await takeBack(each, 1, deps);
    // Those of a source that was locked out for them stay.
    ownFailures = level === 0 ? failures - 1 : 0;
  }
}

async function giveBack(begun: readonly Begun[], deps: Stores): Promise<void> {
  for (const each of begun) await takeBack(each, 1, deps);
}

/** Takes failures back, and the lockout of a crowd, which then was none. */
async function takeBack({ who, level }: Begun, amount: number, deps: Stores): Promise<void> {
  const failures = await addFailures({ who, level }, -amount, deps);
  if (failures >= allowedAt(who, level)) return;
  const found = await readLockout(who, deps);
  if (found === null || !found.isCrowded || found.level !== level + 1) return;
  const now = deps.clock.now();
  const former = { level: Math.max(1, level), until: now, isCrowded: false, when: { revision: found.revision } };
  await writeLockout(who, former, level === 0 ? now : addSec(now, who.rememberedSec), deps);
}

/** @returns how many there are then; never fewer than none, also where a new window has begun meanwhile */
async function addFailures(
  { who, level }: Pick<Begun, 'who' | 'level'>,
  amount: number,
  { state, clock }: Stores,
): Promise<number> {
  const key = failuresKey(who, level);
  const windowEnd = addSec(clock.now(), who.windowSec);
  const failures = await state.add(key, amount, windowEnd);
  return failures < 0 ? state.add(key, Math.min(-failures, -amount), windowEnd) : failures;
}

/** After a lockout one failure at a time. */
const allowedAt = ({ failuresAllowed }: Counted, level: number): number => (level === 0 ? failuresAllowed : 1);

/** Forgets the failed attempts of `whose`, and ends lockouts: after a new enrolment, or because an administrator says so. */
export async function clearAttempts(whose: Counted | readonly Counted[], deps: Stores): Promise<void> {
  for (const who of [whose].flat()) {
    const found = await readLockout(who, deps);
    await forgetFailures(who, { from: 0, to: found?.level ?? 0 }, deps);
    if (found !== null) await deps.state.delete(lockoutKey(who));
  }
}

/**
 * Begins the count in a row anew, after a success that nobody outside can bring. Lockouts stay as long as a day, so that no
 * such success gives others a try that they had not.
 */
export async function countAnew(who: Counted, deps: Stores): Promise<void> {
  const found = await readLockout(who, deps);
  if (found === null || found.level <= dayLevel) return;
  await forgetFailures(who, { from: dayLevel, to: found.level }, deps);
  const until = epochMs(Math.min(found.until, addSec(deps.clock.now(), secondsPerDay)));
  const shorter = { level: dayLevel, until, isCrowded: false, when: { revision: found.revision } };
  await writeLockout(who, shorter, addSec(until, who.rememberedSec), deps);
}

async function forgetFailures(
  who: Counted,
  levels: { readonly from: number; readonly to: number },
  deps: Stores,
): Promise<void> {
  for (let level = levels.from; level <= levels.to; level += 1) await deps.state.delete(failuresKey(who, level));
}

/** Attempts that are counted once they have failed, by a caller who read the lockout beside other records. */
export interface CountedFailures {
  /** Whether none is taken now. */
  readonly isLockedOut: boolean;
  /** Counts one failure. @returns what ends the count: it takes the failure back, or begins the lockout that is due */
  count(): Promise<{ takeBack(): Promise<void>; settle(onLockout: OnLockout): Promise<void> }>;
}

/** @param found - what is stored under `lockoutKey` */
export function countFailures(who: Counted, found: StateRecord | null, deps: Stores): CountedFailures {
  const lockout = found === null ? null : lockoutGuard.parse(found.value);
  const level = lockout?.level ?? 0;
  return {
    isLockedOut: lockout !== null && lockout.until > deps.clock.now(),
    async count() {
      const failures = await addFailures({ who, level }, 1, deps);
      return {
        takeBack: async () => void (await addFailures({ who, level }, -1, deps)),
        settle: (onLockout) => noteFailure([{ who, level, failures }], deps, onLockout),
      };
    },
  };
}

/** How the attempts of `who` stand. */
export interface AttemptsView {
  /** Failures since the last success or lockout. */
  readonly failures: number;
  /** Until when none is taken; `null`: one is taken now. */
  readonly lockedUntil: EpochMs | null;
}

/** @throws FaceError `state_unavailable` */
export async function readAttempts(who: Counted, deps: Stores): Promise<AttemptsView> {
  const now = deps.clock.now();
  const found = await readLockout(who, deps);
  const failures = await deps.state.add(failuresKey(who, found?.level ?? 0), 0, addSec(now, who.windowSec));
  return { failures, lockedUntil: found !== null && found.until > now ? found.until : null };
}

const failuresKey = ({ name }: Counted, level: number): string => `failures:${level}:${name}`;
/** Where the lockout of `who` is stored. */
export const lockoutKey = ({ name }: Counted): string => `lockout:${name}`;

async function readLockout(who: Counted, { state }: Stores) {
  const found = await state.read(lockoutKey(who));
  return found === null ? null : { ...lockoutGuard.parse(found.value), revision: found.revision };
}

/** Of the lockout of that level, in seconds. */
function lockedSecOf({ failuresAllowed, failuresInAll = Infinity }: Counted, level: number): number {
  if (failuresAllowed + level - 1 >= failuresInAll) return 365 * secondsPerDay;
  return Math.min(firstLockoutSec * 2 ** (level - 1), secondsPerDay);
}

/** Begins a lockout. @returns when it ends, or the one that another attempt has just begun */
async function lockOut(
  who: Counted,
  lockout: Omit<Lockout, 'until'> & { readonly lockedSec: number },
  deps: Stores,
): Promise<EpochMs> {
  const { lockedSec, ...begun } = lockout;
  const until = addSec(deps.clock.now(), lockedSec);
  if (await writeLockout(who, { ...begun, until }, addSec(until, who.rememberedSec), deps)) return until;
  return (await readLockout(who, deps))?.until ?? until;
}

type Lockout = z.output<typeof lockoutGuard> & { readonly when: WriteCondition };

async function writeLockout(
  who: Counted,
  { when, ...lockout }: Lockout,
  expiresAt: EpochMs,
  { state }: Stores,
): Promise<boolean> {
  return state.write(lockoutKey(who), lockout, { when, expiresAt });
}

const toLockedOut = ({ kind }: Counted, until: EpochMs, { clock }: Stores): FaceError =>
  new FaceError('locked_out', { lockout: kind, retryAfterSec: Math.max(1, Math.ceil((until - clock.now()) / 1000)) });
