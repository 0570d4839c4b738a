import { z } from 'zod';
import { FaceError, type FaceErrorCode, photoCodes, toCode } from '../../errors.js';
import type { Ports } from '../deps.js';
import type { StateRecord, WriteCondition } from '../ports.js';
import { addSec, type EpochMs, epochMs, epochMsGuard, secondsPerDay } from '../units.js';

export interface LockoutCounter {
  readonly name: string;
  readonly kind: 'subject' | 'outsider' | 'outsiders' | 'recovery' | 'token' | 'administrator' | 'hook';
  readonly failuresAllowed: number;
  readonly windowSec: number;
  /** Seconds after a lockout in which one more failure starts the next lockout, twice as long. */
  readonly rememberedSec: number;
  /** Failures in total that cause a lockout of a year. Absent for no such limit. */
  readonly failuresInAll?: number;
  /** If true, a success clears only failures of the source that succeeded, and does not end a lockout. */
  readonly keepsOthersFailures?: true;
  /**
   * Key of a person whose counters by address or application cannot be listed. `endUnlisted` with this key resets them.
   * If absent, only `clearAttempts` resets the counter.
   */
  readonly unlistedOf?: string;
}

/** Length of the first lockout in seconds. Each further lockout is twice as long, up to a day. */
export const firstLockoutSec = 15 * 60;

const dayLevel = 1 + Math.ceil(Math.log2(secondsPerDay / firstLockoutSec));

/**
 * Seconds of a lockout that starts because all allowed attempts are running, or because the server crashed during the
 * last attempt.
 */
const crowdedSec = 30;

/** Errors after which the attempt is refunded, because nothing was compared, or a store or provider did not answer. */
const unusedAttempt: ReadonlySet<FaceErrorCode> = new Set([
  ...photoCodes,
  'overloaded',
  'state_unavailable',
  'profile_unavailable',
  'key_service_unavailable',
  'upstream_unavailable',
  'upstream_malformed',
]);

const lockoutGuard = z.object({
  /** Consecutive lockouts, from 1. */
  level: z.int().min(1),
  until: epochMsGuard,
  /** True if running attempts caused the lockout. The lockout ends if one of these attempts does not fail. */
  isCrowded: z.boolean(),
  /** Time of the person's last unlock before the attempts that caused the lockout. */
  unlockedAt: epochMsGuard,
});

const unlockGuard = z.object({ at: epochMsGuard });

/**
 * Seconds for which an unlock is stored. Longer than a counter's longest lockout, `rememberedSec` and window together.
 */
const unlockKeptSec = 3 * secondsPerDay;

/**
 * Runs an attempt, which is counted before it runs, so that parallel attempts count. The count is refunded if nothing
 * was compared. A success clears counts and lockouts.
 * @param whose - counters, that of the widest network first, that of all callers last
 * @throws `locked_out` with `retryAfterSec`, and what `attempt` throws
 */
export async function countAttempt<T>(
  whose: LockoutCounter | readonly LockoutCounter[],
  attempt: () => Promise<{ readonly succeeded: boolean; readonly result: T }>,
  deps: Ports<'state' | 'clock'>,
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

/** Called when failures, rather than parallel attempts, cause a lockout. */
export type OnLockout = (lockout: {
  readonly kind: LockoutCounter['kind'];
  readonly level: number;
  readonly until: EpochMs;
}) => Promise<void>;

interface Begun {
  readonly who: LockoutCounter;
  readonly level: number;
  readonly unlockedAt: EpochMs;
  readonly failures: number;
}

/** Lockouts are checked before counting, so that a locked-out caller leaves no counts that could block others. */
async function beginAttempt(
  whose: readonly LockoutCounter[],
  deps: Ports<'state' | 'clock'>,
): Promise<readonly Begun[]> {
  const found = await Promise.all(whose.map(async (who) => ({ who, ...(await readStanding(who, deps)) })));
  const longest = found.toSorted((a, b) => a.until - b.until).at(-1);
  if (longest !== undefined && longest.until > deps.clock.now()) throw toLockedOut(longest.who, longest.until, deps);
  const begun: Begun[] = [];
  for (const { who, level, unlockedAt, when } of found) {
    const failures = await addFailures({ who, level, unlockedAt }, 1, deps);
    begun.push({ who, level, unlockedAt, failures });
    if (failures <= allowedAt(who, level)) continue;
    const crowded = { level: level + 1, lockedSec: crowdedSec, isCrowded: true, unlockedAt, when };
    const until = await lockOut(who, crowded, deps);
    await giveBack(begun, deps);
    throw toLockedOut(who, until, deps);
  }
  return begun;
}

async function noteFailure(
  begun: readonly Begun[],
  deps: Ports<'state' | 'clock'>,
  onLockout: OnLockout,
): Promise<void> {
  for (const { who, level: former, unlockedAt, failures } of begun) {
    if (failures < allowedAt(who, former)) continue;
    // The person was unlocked during the attempt, so a newer lockout must not be replaced.
    if ((await readStanding(who, deps)).unlockedAt > unlockedAt) continue;
    const level = former + 1;
    const lockedSec = lockedSecOf(who, level);
    const until = await lockOut(who, { level, lockedSec, isCrowded: false, unlockedAt, when: 'any' }, deps);
    await onLockout({ kind: who.kind, level, until });
  }
}

async function noteSuccess(begun: readonly Begun[], deps: Ports<'state' | 'clock'>): Promise<void> {
  let ownFailures = 0;
  for (const each of begun) {
    const { who, level, failures } = each;
    if (who.keepsOthersFailures === true) await takeBack(each, 1 + ownFailures, deps);
    else if (failures + level > 1) await clearAttempts(who, deps);
    else await takeBack(each, 1, deps);
    // Failures of a source that was locked out are not cleared.
    ownFailures = level === 0 ? failures - 1 : 0;
  }
}

async function giveBack(begun: readonly Begun[], deps: Ports<'state' | 'clock'>): Promise<void> {
  for (const each of begun) await takeBack(each, 1, deps);
}

/** Refunds failures, and ends a lockout that only parallel attempts had caused. */
async function takeBack(begun: Begun, amount: number, deps: Ports<'state' | 'clock'>): Promise<void> {
  const { who, level, unlockedAt } = begun;
  const failures = await addFailures(begun, -amount, deps);
  if (failures >= allowedAt(who, level)) return;
  const found = await readStanding(who, deps);
  if (!found.isCrowded || found.level !== level + 1 || found.unlockedAt !== unlockedAt) return;
  const now = deps.clock.now();
  const former = { level: Math.max(1, level), until: now, isCrowded: false, unlockedAt, when: found.when };
  await writeLockout(who, former, level === 0 ? now : addSec(now, who.rememberedSec), deps);
}

async function addFailures(
  counted: Omit<Begun, 'failures'>,
  amount: number,
  { state, clock }: Ports<'state' | 'clock'>,
): Promise<number> {
  const { who } = counted;
  const key = failuresKey(counted);
  const windowEnd = addSec(clock.now(), who.windowSec);
  const failures = await state.add(key, amount, windowEnd);
  return failures < 0 ? state.add(key, Math.min(-failures, -amount), windowEnd) : failures;
}

const allowedAt = ({ failuresAllowed }: LockoutCounter, level: number): number => (level === 0 ? failuresAllowed : 1);

export async function clearAttempts(
  whose: LockoutCounter | readonly LockoutCounter[],
  deps: Ports<'state'>,
): Promise<void> {
  for (const who of [whose].flat()) {
    const { level, unlockedAt, when } = await readStanding(who, deps);
    await forgetFailures({ who, unlockedAt }, { from: 0, to: level }, deps);
    if (when !== 'absent') await deps.state.delete(lockoutKey(who));
  }
}

/**
 * Clears one person's failures and lockouts at all addresses and applications. Since counters cannot be listed, the
 * time of the unlock is stored, and earlier failures and lockouts are ignored.
 * @param person - `unlistedOf` of the counters
 */
export async function endUnlisted(person: string, { state, clock }: Ports<'state' | 'clock'>): Promise<void> {
  const former = await state.read(unlockKey(person));
  const now = clock.now();
  // Later than the previous unlock, even if another server's clock is ahead.
  const at = former === null ? now : epochMs(Math.max(now, unlockGuard.parse(former.value).at + 1));
  await state.write(unlockKey(person), { at }, { when: 'any', expiresAt: addSec(now, unlockKeptSec) });
}

/**
 * Resets consecutive failures after a success that an attacker cannot cause. Lockouts of up to a day stay, so that the
 * success allows no additional attempt.
 */
export async function capLockout(who: LockoutCounter, deps: Ports<'state' | 'clock'>): Promise<void> {
  const found = await readStanding(who, deps);
  if (found.level <= dayLevel) return;
  const { unlockedAt, when } = found;
  await forgetFailures({ who, unlockedAt }, { from: dayLevel, to: found.level }, deps);
  const until = epochMs(Math.min(found.until, addSec(deps.clock.now(), secondsPerDay)));
  const shorter = { level: dayLevel, until, isCrowded: false, unlockedAt, when };
  await writeLockout(who, shorter, addSec(until, who.rememberedSec), deps);
}

async function forgetFailures(
  counted: Pick<Begun, 'who' | 'unlockedAt'>,
  levels: { readonly from: number; readonly to: number },
  deps: Ports<'state'>,
): Promise<void> {
  for (let level = levels.from; level <= levels.to; level += 1) {
    await deps.state.delete(failuresKey({ ...counted, level }));
  }
}

/**
 * Counts attempts only after they failed. The caller reads the records of `lockoutKeys` together with its own records.
 */
export interface CountedFailures {
  readonly isLockedOut: boolean;
  /** Counts one failure. @returns `refund`, which refunds it, and `startDueLockout`, which starts a lockout that is due */
  count(): Promise<{ refund(): Promise<void>; startDueLockout(onLockout: OnLockout): Promise<void> }>;
}

/**
 * Prepares counting of failures.
 * @param found - records of `lockoutKeys`, in order
 */
export function countFailures(
  who: LockoutCounter,
  found: readonly (StateRecord | null)[],
  deps: Ports<'state' | 'clock'>,
): CountedFailures {
  const { level, unlockedAt, until } = toStanding(found);
  const counted = { who, level, unlockedAt };
  return {
    isLockedOut: until > deps.clock.now(),
    async count() {
      const failures = await addFailures(counted, 1, deps);
      return {
        refund: async () => void (await addFailures(counted, -1, deps)),
        startDueLockout: (onLockout) => noteFailure([{ ...counted, failures }], deps, onLockout),
      };
    },
  };
}

export async function readLockedUntil(who: LockoutCounter, deps: Ports<'state' | 'clock'>): Promise<EpochMs | null> {
  const { until } = await readStanding(who, deps);
  return until > deps.clock.now() ? until : null;
}

export async function readAttempts(who: LockoutCounter, deps: Ports<'state' | 'clock'>) {
  const now = deps.clock.now();
  const { level, unlockedAt, until } = await readStanding(who, deps);
  const failures = await deps.state.add(failuresKey({ who, level, unlockedAt }), 0, addSec(now, who.windowSec));
  return { failures, lockedUntil: until > now ? until : null };
}

/** The unlock time is part of the key, so that earlier counts are no longer read. */
const failuresKey = ({ who, level, unlockedAt }: Omit<Begun, 'failures'>): string =>
  unlockedAt === 0 ? `failures:${level}:${who.name}` : `failures:${unlockedAt}:${level}:${who.name}`;
const lockoutKey = ({ name }: LockoutCounter): string => `lockout:${name}`;
const unlockKey = (person: string): string => `unlocked:${person}`;

/** Returns the keys of the records from which `toStanding` computes the lockout. */
export const lockoutKeys = (who: LockoutCounter): readonly string[] => [
  lockoutKey(who),
  ...(who.unlistedOf === undefined ? [] : [unlockKey(who.unlistedOf)]),
];

const readStanding = async (who: LockoutCounter, { state }: Ports<'state'>): Promise<Lockout> =>
  toStanding(await state.readMany(lockoutKeys(who)));

function toStanding([stored = null, unlock = null]: readonly (StateRecord | null)[]): Lockout {
  const unlockedAt = unlock === null ? epochMs(0) : unlockGuard.parse(unlock.value).at;
  const when = stored === null ? 'absent' : { revision: stored.revision };
  const lockout = stored === null ? null : lockoutGuard.parse(stored.value);
  if (lockout !== null && lockout.unlockedAt >= unlockedAt) return { ...lockout, when };
  return { level: 0, until: epochMs(0), isCrowded: false, unlockedAt, when };
}

function lockedSecOf({ failuresAllowed, failuresInAll = Infinity }: LockoutCounter, level: number): number {
  if (failuresAllowed + level - 1 >= failuresInAll) return 365 * secondsPerDay;
  return Math.min(firstLockoutSec * 2 ** (level - 1), secondsPerDay);
}

async function lockOut(
  who: LockoutCounter,
  lockout: Omit<Lockout, 'until'> & { readonly lockedSec: number },
  deps: Ports<'state' | 'clock'>,
): Promise<EpochMs> {
  const { lockedSec, ...begun } = lockout;
  const until = addSec(deps.clock.now(), lockedSec);
  if (await writeLockout(who, { ...begun, until }, addSec(until, who.rememberedSec), deps)) return until;
  return (await readStanding(who, deps)).until || until;
}

/** `level` and `unlockedAt` are 0 if there was no lockout since the unlock, or no unlock since the oldest count. */
type Lockout = z.output<typeof lockoutGuard> & {
  /** Write condition that fails if the lockout has changed since it was read. */
  readonly when: WriteCondition;
};

async function writeLockout(
  who: LockoutCounter,
  { when, ...lockout }: Lockout,
  expiresAt: EpochMs,
  { state }: Ports<'state'>,
): Promise<boolean> {
  return state.write(lockoutKey(who), lockout, { when, expiresAt });
}

const toLockedOut = ({ kind }: LockoutCounter, until: EpochMs, { clock }: Ports<'clock'>): FaceError =>
  new FaceError('locked_out', { lockout: kind, retryAfterSec: Math.max(1, Math.ceil((until - clock.now()) / 1000)) });
