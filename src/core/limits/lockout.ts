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
  /**
   * Key of the person these attempts are at, if that person has such counters at addresses or applications that nobody can list.
   * `endUnlisted` with this key makes all of them begin again. Absent: only `clearAttempts` does.
   */
  readonly unlistedOf?: string;
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
  /** Last unlock of the person before the attempts that brought it. */
  unlockedAt: epochMsGuard.default(epochMs(0)),
});

const unlockGuard = z.object({ at: epochMsGuard });

/** Longer than a lockout of a day, its `rememberedSec` and any window at a single address or application. */
const unlockKeptSec = 3 * secondsPerDay;

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
  readonly unlockedAt: EpochMs;
  /** With this one. */
  readonly failures: number;
}

/** Lockouts are looked for before anything is counted: whoever is locked out leaves no records, and crowds nobody out. */
async function beginAttempt(whose: readonly Counted[], deps: Stores): Promise<readonly Begun[]> {
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

async function noteFailure(begun: readonly Begun[], deps: Stores, onLockout: OnLockout): Promise<void> {
  for (const { who, level: former, unlockedAt, failures } of begun) {
    if (failures < allowedAt(who, former)) continue;
    // The person was unlocked while the attempt ran: it must not replace a lockout that began since then.
    if ((await readStanding(who, deps)).unlockedAt > unlockedAt) continue;
    const level = former + 1;
    const lockedSec = lockedSecOf(who, level);
    const until = await lockOut(who, { level, lockedSec, isCrowded: false, unlockedAt, when: 'any' }, deps);
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
async function takeBack(begun: Begun, amount: number, deps: Stores): Promise<void> {
  const { who, level, unlockedAt } = begun;
  const failures = await addFailures(begun, -amount, deps);
  if (failures >= allowedAt(who, level)) return;
  const found = await readStanding(who, deps);
  if (!found.isCrowded || found.level !== level + 1 || found.unlockedAt !== unlockedAt) return;
  const now = deps.clock.now();
  const former = { level: Math.max(1, level), until: now, isCrowded: false, unlockedAt, when: found.when };
  await writeLockout(who, former, level === 0 ? now : addSec(now, who.rememberedSec), deps);
}

/** @returns how many there are then; never fewer than none, also where a new window has begun meanwhile */
async function addFailures(
  counted: Omit<Begun, 'failures'>,
  amount: number,
  { state, clock }: Stores,
): Promise<number> {
  const { who } = counted;
  const key = failuresKey(counted);
  const windowEnd = addSec(clock.now(), who.windowSec);
  const failures = await state.add(key, amount, windowEnd);
  return failures < 0 ? state.add(key, Math.min(-failures, -amount), windowEnd) : failures;
}

/** After a lockout one failure at a time. */
const allowedAt = ({ failuresAllowed }: Counted, level: number): number => (level === 0 ? failuresAllowed : 1);

/** Forgets the failed attempts of `whose`, and ends lockouts: after a new enrolment, or because an administrator says so. */
export async function clearAttempts(whose: Counted | readonly Counted[], deps: Stores): Promise<void> {
  for (const who of [whose].flat()) {
    const { level, unlockedAt, when } = await readStanding(who, deps);
    await forgetFailures({ who, unlockedAt }, { from: 0, to: level }, deps);
    if (when !== 'absent') await deps.state.delete(lockoutKey(who));
  }
}

/**
 * Forgets the failed attempts at one person, and ends the lockouts, at all addresses and applications. Their counters cannot be
 * listed, so the time of the unlock is stored: failures and lockouts from before it are not counted.
 * @param person - as `unlistedOf` of the counters has it
 * @throws FaceError `state_unavailable`
 */
export async function endUnlisted(person: string, { state, clock }: Stores): Promise<void> {
  const former = await state.read(unlockKey(person));
  const now = clock.now();
  // Later than the former one also where the clock of another server is ahead: what began since then is to end, too.
  const at = former === null ? now : epochMs(Math.max(now, unlockGuard.parse(former.value).at + 1));
  await state.write(unlockKey(person), { at }, { when: 'any', expiresAt: addSec(now, unlockKeptSec) });
}

/**
 * Begins the count in a row anew, after a success that nobody outside can bring. Lockouts stay as long as a day, so that no
 * such success gives others a try that they had not.
 */
export async function countAnew(who: Counted, deps: Stores): Promise<void> {
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
  deps: Stores,
): Promise<void> {
  for (let level = levels.from; level <= levels.to; level += 1) {
    await deps.state.delete(failuresKey({ ...counted, level }));
  }
}

/** Attempts that are counted once they have failed, by a caller who read `standingKeys` with other records. */
export interface CountedFailures {
  /** Whether none is taken now. */
  readonly isLockedOut: boolean;
  /** Counts one failure. @returns what ends the count: it takes the failure back, or begins the lockout that is due */
  count(): Promise<{ takeBack(): Promise<void>; settle(onLockout: OnLockout): Promise<void> }>;
}

/** @param found - what is stored under `standingKeys`, in their order */
export function countFailures(who: Counted, found: readonly (StateRecord | null)[], deps: Stores): CountedFailures {
  const { level, unlockedAt, until } = toStanding(found);
  const counted = { who, level, unlockedAt };
  return {
    isLockedOut: until > deps.clock.now(),
    async count() {
      const failures = await addFailures(counted, 1, deps);
      return {
        takeBack: async () => void (await addFailures(counted, -1, deps)),
        settle: (onLockout) => noteFailure([{ ...counted, failures }], deps, onLockout),
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
  const { level, unlockedAt, until } = await readStanding(who, deps);
  const failures = await deps.state.add(failuresKey({ who, level, unlockedAt }), 0, addSec(now, who.windowSec));
  return { failures, lockedUntil: until > now ? until : null };
}

/** Counters from before an unlock keep their own keys, which nobody reads any more. */
const failuresKey = ({ who, level, unlockedAt }: Omit<Begun, 'failures'>): string =>
  unlockedAt === 0 ? `failures:${level}:${who.name}` : `failures:${unlockedAt}:${level}:${who.name}`;
const lockoutKey = ({ name }: Counted): string => `lockout:${name}`;
const unlockKey = (person: string): string => `unlocked:${person}`;

/** Where it is stored how the attempts of `who` stand. */
export const standingKeys = (who: Counted): readonly string[] => [
  lockoutKey(who),
  ...(who.unlistedOf === undefined ? [] : [unlockKey(who.unlistedOf)]),
];

/** The last lockout of `who`, and their last unlock. */
interface Standing {
  /** Which lockout in a row it is; 0: there is none, or it is from before the unlock. */
  readonly level: number;
  readonly until: EpochMs;
  readonly isCrowded: boolean;
  /** 0: never, or longer ago than anything counted before it. */
  readonly unlockedAt: EpochMs;
  /** Holds as long as the lockout is stored as it was read. */
  readonly when: WriteCondition;
}

const readStanding = async (who: Counted, { state }: Stores): Promise<Standing> =>
  toStanding(await state.readMany(standingKeys(who)));

function toStanding([stored = null, unlock = null]: readonly (StateRecord | null)[]): Standing {
  const unlockedAt = unlock === null ? epochMs(0) : unlockGuard.parse(unlock.value).at;
  const when = stored === null ? 'absent' : { revision: stored.revision };
  const lockout = stored === null ? null : lockoutGuard.parse(stored.value);
  if (lockout !== null && lockout.unlockedAt >= unlockedAt) return { ...lockout, when };
  return { level: 0, until: epochMs(0), isCrowded: false, unlockedAt, when };
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
  return (await readStanding(who, deps)).until || until;
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
