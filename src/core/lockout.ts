import { z } from 'zod';
import { FaceError, type FaceErrorCode, photoCodes, toCode } from '../errors.js';
import type { CoreDeps } from './deps.js';
import type { Binding, WriteCondition } from './ports.js';
import { addSec, type EpochMs, epochMsGuard, secondsPerDay } from './units.js';

/** Whose attempts are counted together, and how many may fail before none is taken. */
export interface Counted {
  readonly name: string;
  /** Named in the log and the metrics. */
  readonly kind: 'subject' | 'outsider' | 'token' | 'administrator';
  readonly failuresAllowed: number;
  /** How long failures add up, in seconds. */
  readonly windowSec: number;
  /** How long after its end a lockout is remembered: until then one more failure brings the next, of twice the length. */
  readonly rememberedSec: number;
}

/** Of the first lockout; each one after it is twice as long, up to a day. */
const firstLockoutSec = 15 * 60;

/** While as many attempts as may fail are under way, or where a process died with the last of them. */
const crowdedSec = 30;

/**
 * A user in front of a camera. NIST SP 800-63B-4, section 3.2.3: at most five failures in a row for a biometric without
 * certified presentation attack detection, then a delay before each further one.
 * @param outsider - where somebody comes from whom nobody vouches for: they lock out their own address alone
 */
export const attemptsOfSubject = ({ tenant, idp, subject }: Binding, outsider: string | null = null): Counted => ({
  name: `subject:${idp}:${tenant}:${subject}${outsider === null ? '' : `:from:${outsider}`}`,
  kind: outsider === null ? 'subject' : 'outsider',
  ...{ failuresAllowed: 5, windowSec: secondsPerDay, rememberedSec: secondsPerDay },
});

/**
 * A token that a backend keeps and checks as it sees fit: at a door, against every face that comes. NIST SP 800-63B-4,
 * section 3.2.2, bounds the failures of any authenticator by a hundred. Most of them are other people's, so lockouts do not
 * grow.
 */
export const attemptsOfToken = (tokenId: string): Counted => ({
  ...{ name: `token:${tokenId}`, kind: 'token', failuresAllowed: 100 },
  ...{ windowSec: firstLockoutSec, rememberedSec: 0 },
});

/** Keys of administrators, shown from one address. */
export const attemptsOfKeys = (source: string): Counted => ({
  ...{ name: `admin-key:from:${source}`, kind: 'administrator', failuresAllowed: 100 },
  ...{ windowSec: firstLockoutSec, rememberedSec: 0 },
});

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
});

type Stores = Pick<CoreDeps, 'state' | 'clock'>;

/**
 * Runs one attempt at a face check and counts it against `who`. The attempt is counted before it runs, so that many at
 * once count too, and is given back where nothing was compared. A success clears the count and the lockouts.
 * @throws FaceError `locked_out` with `retryAfterSec`, and whatever `attempt` throws
 */
export async function countAttempt<T>(
  who: Counted,
  attempt: () => Promise<{ readonly succeeded: boolean; readonly result: T }>,
  deps: Stores,
): Promise<T> {
  const { state, clock } = deps;
  const found = await readLockout(who, deps);
  if (found !== null && found.until > clock.now()) throw toLockedOut(who, found.until, deps);
  const level = found?.level ?? 0;
  const failuresAllowed = level === 0 ? who.failuresAllowed : 1;
  const key = failuresKey(who, level);
  const windowEnd = addSec(clock.now(), who.windowSec);
  const failures = await state.add(key, 1, windowEnd);
  const when = found === null ? 'absent' : { revision: found.revision };
  if (failures > failuresAllowed) {
    throw toLockedOut(who, await lockOut(who, { level: level + 1, lockedSec: crowdedSec, when }, deps), deps);
  }
  const lastFailed = () => lockOut(who, { level: level + 1, lockedSec: lockedSecOf(level + 1), when: 'any' }, deps);
  try {
    const { succeeded, result } = await attempt();
    if (!succeeded && failures === failuresAllowed) await lastFailed();
    else if (succeeded && failures + level > 1) await clearAttempts(who, deps);
    else if (succeeded) await state.add(key, -1, windowEnd);
    return result;
  } catch (error) {
    if (unusedAttempt.has(toCode(error))) await state.add(key, -1, windowEnd);
    else if (failures === failuresAllowed) await lastFailed();
    throw error;
  }
}

/** Forgets the failed attempts of `who`, and ends a lockout: after a new enrolment, or because an administrator says so. */
export async function clearAttempts(who: Counted, deps: Stores): Promise<void> {
  const found = await readLockout(who, deps);
  if (found !== null) {
    await deps.state.delete(failuresKey(who, found.level));
    await deps.state.delete(lockoutKey(who));
  }
  await deps.state.delete(failuresKey(who, 0));
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
const lockoutKey = ({ name }: Counted): string => `lockout:${name}`;

async function readLockout(who: Counted, { state }: Stores) {
  const found = await state.read(lockoutKey(who));
  return found === null ? null : { ...lockoutGuard.parse(found.value), revision: found.revision };
}

/** Of the lockout of that level, in seconds. */
const lockedSecOf = (level: number): number => Math.min(firstLockoutSec * 2 ** (level - 1), secondsPerDay);

/** Begins a lockout. @returns when it ends, or the one that another attempt has just begun */
async function lockOut(
  who: Counted,
  lockout: { readonly level: number; readonly lockedSec: number; readonly when: WriteCondition },
  deps: Stores,
): Promise<EpochMs> {
  const { level, lockedSec, when } = lockout;
  const until = addSec(deps.clock.now(), lockedSec);
  const expiresAt = addSec(until, who.rememberedSec);
  if (await deps.state.write(lockoutKey(who), { level, until }, { when, expiresAt })) return until;
  return (await readLockout(who, deps))?.until ?? until;
}

const toLockedOut = ({ kind }: Counted, until: EpochMs, { clock }: Stores): FaceError =>
  new FaceError('locked_out', { lockout: kind, retryAfterSec: Math.max(1, Math.ceil((until - clock.now()) / 1000)) });
