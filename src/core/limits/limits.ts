import { FaceError } from '../../errors.js';
import { type Assurance, anonymousSourceIn, type Connection, type SubjectRef } from '../connection.js';
import type { Limits } from '../deps.js';
import { networksOf } from '../networks.js';
import type { Account, Clock, NamedAccount, Profile, State } from '../ports.js';
import { addSec, type EpochMs, epochMs } from '../units.js';

/** A fixed window for counting. It starts at a multiple of its length, so all replicas use the same one. */
export interface Window {
  readonly key: string;
  readonly endsAt: EpochMs;
}

/** Seconds for which counts are kept after their window, for replicas whose clock is slow. */
const clockSkewSec = 60;

export function windowOf(name: string, lengthSec: number, { clock }: { readonly clock: Clock }): Window {
  const lengthMs = lengthSec * 1000;
  const number = Math.floor(clock.now() / lengthMs);
  return { key: `${name}:${number}`, endsAt: epochMs((number + 1) * lengthMs) };
}

/** Adds to a window's count. @returns the sum */
export const countIn = (
  { key, endsAt }: Window,
  amount: number,
  { state }: { readonly state: State },
): Promise<number> => state.add(key, amount, addSec(endsAt, clockSkewSec));

/** Returns the whole seconds until the window ends, at least 1. */
export const secLeftOf = ({ endsAt }: Window, { clock }: { readonly clock: Clock }): number =>
  Math.max(1, Math.ceil((endsAt - clock.now()) / 1000));

const minute = 60;
const hour = 60 * minute;

/** Windows of the rate limits, in seconds. Limits for anonymous callers do not affect authenticated users. */
const windowSecOf = {
  outsiderStarts: minute,
  /** Step-ups that anonymous callers of all sources start. */
  outsiderStartsOfConnection: minute,
  /** Step-ups started from one pushed request, which anyone who has its URL can open repeatedly. */
  startsOfPushedRequest: minute,
  /** Users that anonymous callers look up at the identity provider, by source. */
  outsiderLookUps: minute,
  /** Users that anonymous callers look up at the identity provider, by connection. */
  outsiderLookUpsOfConnection: minute,
  /** Face checks of anonymous callers, by source. */
  outsiderChecks: minute,
  /** Face checks of anonymous callers, over all sources of a connection. */
  outsiderChecksOfConnection: minute,
  /** Engine time spent on unusable pictures, in milliseconds, by source. */
  unusableOfSource: 10 * minute,
  /** Engine time spent on unusable pictures, by step-up. */
  unusableOfStepUp: 10 * minute,
  /** Engine time spent on unusable pictures, by user. Anonymous callers are not counted here. */
  unusableOfPerson: 10 * minute,
  /**
   * Challenges without a decision, by user. Each one draws another order of movements, so an attacker with recordings
   * would repeat them until the order fits.
   */
  undecidedOfPerson: hour,
  /** The same for anonymous callers, over all sources. */
  undecidedOfPersonByOutsiders: hour,
  /** Repeated consents and hand-offs of one step-up. Each one adds a record to the audit trail. */
  consentsOfStepUp: hour,
  handOffsOfStepUp: hour,
  /** Changes and exports on a person's own page, which add records to the audit trail. */
  recordsOfPerson: hour,
  /** Sign-ins to the console of a person who has no role. */
  refusedSignInsOfPerson: hour,
  clientPictures: minute,
  /** Identifications by tenant. Each one tries every token of a roster. */
  identifications: hour,
  /**
   * Revocations by client token. The server cannot verify a token that is to be revoked, and may store the denial
   * forever.
   */
  revocations: hour,
  changesOfDeveloper: hour,
  codesOfContact: 24 * hour,
  codesOfClient: hour,
  codesOfPerson: 24 * hour,
  /** Bypass codes, by issuing administrator and by the person who gets the code. */
  bypassesOfAgent: hour,
  bypassesOfPerson: hour,
  /** Identity verifications of the help desk, by administrator and by person. */
  vouchingsOfAgent: hour,
  vouchingsOfPerson: hour,
  helpRequestsOfPerson: hour,
  /** Invitations by e-mail, by administrator and by recipient. */
  invitationsOfAgent: hour,
  invitationsOfPerson: 24 * hour,
  shownCodesOfCounter: minute,
} as const;

export type LimitName = keyof typeof windowSecOf;

const fixedLimits = {
  unusableOfSource: 20_000,
  unusableOfStepUp: 5_000,
  unusableOfPerson: 5_000,
  startsOfPushedRequest: 5,
  undecidedOfPerson: 20,
  undecidedOfPersonByOutsiders: 60,
  consentsOfStepUp: 5,
  handOffsOfStepUp: 10,
  recordsOfPerson: 60,
  refusedSignInsOfPerson: 20,
  changesOfDeveloper: 200,
  codesOfContact: 5,
  codesOfClient: 200,
  codesOfPerson: 10,
  bypassesOfAgent: 60,
  bypassesOfPerson: 5,
  vouchingsOfAgent: 120,
  vouchingsOfPerson: 6,
  helpRequestsOfPerson: 3,
  invitationsOfAgent: 1000,
  invitationsOfPerson: 3,
  shownCodesOfCounter: 30,
} as const satisfies Partial<Record<LimitName, number>>;

export interface LimitDeps {
  readonly state: State;
  readonly clock: Clock;
  readonly settings: { readonly limits: Limits };
}

/**
 * Counts one use of a limit, over all replicas.
 * @param who - a source from `toSource`, or empty for a global limit
 * @throws `locked_out` with the limit's name and the seconds until its window ends; `state_unavailable`, because
 * uncounted requests are refused
 */
export async function consumeLimit(limit: LimitName, who: string, deps: LimitDeps): Promise<void> {
  await countInAll(windowsOf(limit, who, deps), deps);
}

/** Counts an act on a person's own page, before it adds a record to the audit trail. @throws `locked_out` */
export const countOwnRecord = ({ connection, subject }: SubjectRef, deps: LimitDeps): Promise<void> =>
  consumeLimit('recordsOfPerson', JSON.stringify([connection, subject]), deps);

export type LimitUse = readonly [limit: LimitName, who: string];

/**
 * Counts one use of several limits, or of none if a limit is exhausted. All limits are checked before counting, so that
 * a caller who has exhausted one limit does not use up the other limits.
 * @throws as `consumeLimit`
 */
export async function consumeLimits(counts: readonly LimitUse[], deps: LimitDeps): Promise<void> {
  await checkNotExhausted(counts, deps);
  await countInAll(
    counts.flatMap(([limit, who]) => windowsOf(limit, who, deps)),
    deps,
  );
}

/** Checks that no limit is exhausted, without counting. @throws as `consumeLimit` */
export async function checkNotExhausted(counts: readonly LimitUse[], deps: LimitDeps): Promise<void> {
  const windows = counts.flatMap(([limit, who]) => windowsOf(limit, who, deps));
  for (const window of windows) if ((await countIn(window, 0, deps)) >= window.allowed) throw toLockedOut(window, deps);
}

/**
 * Adds an amount that was spent already, even beyond the maximum.
 * @param amount - rounded up
 */
export async function charge(counts: readonly LimitUse[], amount: number, deps: LimitDeps): Promise<void> {
  const windows = counts.flatMap(([limit, who]) => windowsOf(limit, who, deps));
  await Promise.all(windows.map((window) => countIn(window, Math.ceil(amount), deps)));
}

/**
 * Counts one use, runs the work, and refunds the use if it fails. @throws `state_unavailable`, and what `work` throws
 */
export async function refundOnFailure<Result>(
  limit: LimitName,
  who: string,
  work: () => Promise<Result>,
  deps: LimitDeps,
): Promise<Result> {
  return work().catch(async (error: unknown) => {
    await Promise.all(windowsOf(limit, who, deps).map((window) => countIn(window, -1, deps)));
    throw error;
  });
}

/** Counts one use of several limits in order, or of none if a limit is exhausted. @throws as `consumeLimit` */
export type ConsumeLimits = (...counts: readonly LimitUse[]) => Promise<void>;

/**
 * Creates the counter for mass requests of anonymous callers. It caches exhausted limits, so that a flood does not load
 * the store. Use it only with short windows, because the cache ignores refunds.
 */
export function createConsumeLimits(deps: LimitDeps): ConsumeLimits {
  const exhausted = new Map<string, EpochMs>();
  const note = ({ key, endsAt }: Window): void => {
    for (const [other, end] of exhausted) if (end <= deps.clock.now()) exhausted.delete(other);
    exhausted.set(key, endsAt);
  };
  return async (...counts) => {
    const windows = counts.flatMap(([limit, who]) => windowsOf(limit, who, deps));
    const found = windows.find(({ key }) => exhausted.has(key));
    if (found !== undefined) throw toLockedOut(found, deps);
    await countInAll(windows, deps, note);
  };
}

/** Limits counted for every network to which a source belongs. */
const limitsBySource: ReadonlySet<LimitName> = new Set([
  'outsiderStarts',
  'outsiderLookUps',
  'outsiderChecks',
  'unusableOfSource',
]);

/**
 * Limits per minute of acts that leave records. They allow a company's morning, but only `sustainedMinutes` of them in
 * an hour, which bounds the audit trail and the store.
 */
const recordedLimits: ReadonlySet<LimitName> = new Set([
  'outsiderStarts',
  'outsiderStartsOfConnection',
  'outsiderChecks',
  'outsiderChecksOfConnection',
]);
const sustainedMinutes = 20;

interface LimitWindow extends Window {
  readonly limit: LimitName;
  readonly allowed: number;
}

/** Returns the windows, widest network first, so that a refusal leaves no counts for narrower networks. */
function windowsOf(limit: LimitName, who: string, deps: LimitDeps): readonly LimitWindow[] {
  const networks = limitsBySource.has(limit) ? networksOf(who) : [{ name: who, share: 1 }];
  const allowed = { ...fixedLimits, ...deps.settings.limits }[limit];
  const windowSec = windowSecOf[limit];
  return networks.flatMap(({ name, share }) => {
    const own = { ...windowOf(`limit:${limit}:${name}`, windowSec, deps), limit, allowed: allowed * share };
    if (!recordedLimits.has(limit)) return [own];
    const sustained = windowOf(`limit:${limit}:hour:${name}`, hour, deps);
    return [{ ...sustained, limit, allowed: allowed * share * sustainedMinutes }, own];
  });
}

/**
 * Counts in all windows, or takes the counts back if a window is exhausted, so that a refused caller does not use up
 * the limits of networks shared with others.
 */
async function countInAll(
  windows: readonly LimitWindow[],
  deps: LimitDeps,
  onUsedUp: (window: Window) => void = () => {},
): Promise<void> {
  for (const [at, window] of windows.entries()) {
    if ((await countIn(window, 1, deps)) <= window.allowed) continue;
    onUsedUp(window);
    await Promise.all(windows.slice(0, at + 1).map((counted) => countIn(counted, -1, deps)));
    throw toLockedOut(window, deps);
  }
}

const toLockedOut = (window: LimitWindow, deps: LimitDeps): FaceError =>
  new FaceError('locked_out', { limit: window.limit, retryAfterSec: secLeftOf(window, deps) });

export interface Directory extends Pick<Profile, 'findAccount'> {
  /** Account from the profile, without names. */
  readAccount(subject: string): Promise<Account>;
}

/**
 * Returns the directory for a request. For anonymous callers, look-ups also throw `locked_out`.
 */
export type DirectoryFor = (assurance: Assurance) => Directory;

/** Lifetime of a cached look-up, in seconds. Reloading a page then needs no new look-up. */
const keptSec = 60;
const mostKept = 10_000;

/**
 * Creates a connection's directories. Pushed or signed requests read the profile directly. Anonymous callers have their
 * own rate limit, and a cache of both found and unknown users, so that response times do not reveal who exists.
 */
export function createDirectories(
  { id, profile }: Pick<Connection, 'id' | 'profile'>,
  { clock, consumeLimits }: { readonly clock: Clock; readonly consumeLimits: ConsumeLimits },
): DirectoryFor {
  const bounded = async <Answer>(source: string, question: () => Promise<Answer>): Promise<Answer> => {
    await consumeLimits(['outsiderLookUps', source], ['outsiderLookUpsOfConnection', id]);
    return question();
  };
  const byLogin = remember<Account | null>(clock);
  const bySubject = remember<NamedAccount | null>(clock);
  return (assurance) => {
    const source = anonymousSourceIn(assurance);
    if (source === null) return profile;
    return {
      findAccount: (login) => byLogin(login, () => bounded(source, () => profile.findAccount(login, 'outsider'))),
      async readAccount(subject) {
        const ask = () => profile.readAccount(subject, 'outsider').catch(toNobody);
        const found = await bySubject(subject, () => bounded(source, ask));
        if (found === null) throw new FaceError('subject_unknown');
        return found;
      },
    };
  };
}

/** Returns `null` for unknown users, so that they are cached too. */
function toNobody(error: unknown): null {
  if (error instanceof FaceError && error.code === 'subject_unknown') return null;
  throw error;
}

/** Shares one look-up between concurrent and recent callers. Failures are not cached. */
function remember<Answer>(clock: Clock): (name: string, ask: () => Promise<Answer>) => Promise<Answer> {
  // In order of insertion, so the first entry is the oldest.
  const kept = new Map<string, { readonly answer: Promise<Answer>; readonly askedAt: number }>();
  const isGood = (askedAt: number): boolean => Math.abs(clock.now() - askedAt) < keptSec * 1000;
  const dropOld = (): void => {
    for (const [name, { askedAt }] of kept) {
      if (kept.size <= mostKept && isGood(askedAt)) return;
      kept.delete(name);
    }
  };
  return (name, ask) => {
    const known = kept.get(name);
    if (known !== undefined && isGood(known.askedAt)) return known.answer;
    kept.delete(name);
    const asked = { answer: ask(), askedAt: clock.now() };
    kept.set(name, asked);
    dropOld();
    asked.answer.catch(() => {
      if (kept.get(name) === asked) kept.delete(name);
    });
    return asked.answer;
  };
}
