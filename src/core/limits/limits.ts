import { FaceError } from '../../errors.js';
import type { Clock, State } from '../ports.js';
import type { EpochMs } from '../units.js';
import { networksOf } from './networks.js';
import { countIn, secLeftOf, type Window, windowOf } from './window.js';

const minute = 60;
const hour = 60 * minute;

/** Windows of the limits, in seconds. Limits for anonymous callers do not affect authenticated users. */
const windowSecOf = {
  outsiderStarts: minute,
  /** Over all sources. */
  outsiderStartsOfConnection: minute,
  /** Anyone with its URL can open it repeatedly. */
  startsOfPushedRequest: minute,
  /** Anonymous look-ups of names at the identity provider, by source. */
  outsiderLookUps: minute,
  /** By connection. */
  outsiderLookUpsOfConnection: minute,
  /** Anonymous face checks, by source. */
  outsiderChecks: minute,
  /** Over all sources. */
  outsiderChecksOfConnection: minute,
  /** Engine time, in milliseconds. */
  unusableOfSource: 10 * minute,
  /** By step-up. */
  unusableOfStepUp: 10 * minute,
  /** By user: anonymous callers cannot exhaust it. */
  unusableOfPerson: 10 * minute,
  clientPictures: minute,
  /** By tenant: each tries every token of a roster. */
  identifications: hour,
  /** By client token: authenticity cannot be verified, and entries may be stored forever. */
  revocations: hour,
  changesOfDeveloper: hour,
  codesOfContact: 24 * hour,
  codesOfClient: hour,
  codesOfPerson: 24 * hour,
  /** By issuing administrator and by recipient. */
  bypassesOfAgent: hour,
  bypassesOfPerson: hour,
  /** Identity verifications of the help desk, likewise. */
  vouchingsOfAgent: hour,
  vouchingsOfPerson: hour,
  helpRequestsOfPerson: hour,
  /** E-mailed invitations, by administrator and by recipient. */
  invitationsOfAgent: hour,
  invitationsOfPerson: 24 * hour,
  /** By counter. */
  shownCodesOfCounter: minute,
} as const;

export type LimitName = keyof typeof windowSecOf;

/** Not configurable: codes go to unverified recipients, and a pushed request is one sign-in. */
const fixedLimits = {
  unusableOfSource: 20_000,
  unusableOfStepUp: 5_000,
  unusableOfPerson: 5_000,
  startsOfPushedRequest: 5,
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

export type Limits = Readonly<Record<Exclude<LimitName, keyof typeof fixedLimits>, number>>;

export interface CountDeps {
  readonly state: State;
  readonly clock: Clock;
  readonly settings: { readonly limits: Limits };
}

/**
 * Counts one use of a limit, over all replicas.
 * @param who - a source from `toSource`; empty: global
 * @throws `locked_out` with the seconds to the window's end and the limit's name; `state_unavailable`: uncounted
 * requests are refused
 */
export async function countAgainst(limit: LimitName, who: string, deps: CountDeps): Promise<void> {
  await countInAll(windowsOf(limit, who, deps), deps);
}

export type Count = readonly [limit: LimitName, who: string];

/**
 * Counts one use of several limits, or of none if one is exhausted. Checked first, so that a caller with an exhausted
 * limit does not use up others.
 * @throws as `countAgainst`
 */
export async function countAgainstAll(counts: readonly Count[], deps: CountDeps): Promise<void> {
  await checkNotUsedUp(counts, deps);
  await countInAll(
    counts.flatMap(([limit, who]) => windowsOf(limit, who, deps)),
    deps,
  );
}

/** Checks that no limit is exhausted, without counting. @throws as `countAgainst` */
export async function checkNotUsedUp(counts: readonly Count[], deps: CountDeps): Promise<void> {
  const windows = counts.flatMap(([limit, who]) => windowsOf(limit, who, deps));
  for (const window of windows) if ((await countIn(window, 0, deps)) >= window.allowed) throw toLockedOut(window, deps);
}

/**
 * Adds a spent amount, even beyond the maximum.
 * @param amount - rounded up
 * @throws `state_unavailable`
 */
export async function charge(counts: readonly Count[], amount: number, deps: CountDeps): Promise<void> {
  const windows = counts.flatMap(([limit, who]) => windowsOf(limit, who, deps));
  await Promise.all(windows.map((window) => countIn(window, Math.ceil(amount), deps)));
}

/** Runs counted work, with a refund if it fails. @throws `state_unavailable`, and what `work` throws */
export async function uncountIfFailed<Result>(
  limit: LimitName,
  who: string,
  work: () => Promise<Result>,
  deps: CountDeps,
): Promise<Result> {
  return work().catch(async (error: unknown) => {
    await Promise.all(windowsOf(limit, who, deps).map((window) => countIn(window, -1, deps)));
    throw error;
  });
}

/** Counts one use of several limits in order, or of none if one is exhausted. @throws as `countAgainst` */
export type CountAll = (...counts: readonly Count[]) => Promise<void>;

/**
 * Creates the counter for anonymous mass requests; caches exhausted limits so that a flood does not load the store.
 * Only for short windows: exhausting callers may be refunded.
 */
export function createCountAll(deps: CountDeps): CountAll {
  const usedUp = new Map<string, EpochMs>();
  const note = ({ key, endsAt }: Window): void => {
    for (const [other, end] of usedUp) if (end <= deps.clock.now()) usedUp.delete(other);
    usedUp.set(key, endsAt);
  };
  return async (...counts) => {
    const windows = counts.flatMap(([limit, who]) => windowsOf(limit, who, deps));
    const found = windows.find(({ key }) => usedUp.has(key));
    if (found !== undefined) throw toLockedOut(found, deps);
    await countInAll(windows, deps, note);
  };
}

/** Counted at every network of a source. */
const limitsBySource: ReadonlySet<LimitName> = new Set([
  'outsiderStarts',
  'outsiderLookUps',
  'outsiderChecks',
  'unusableOfSource',
]);

interface LimitWindow extends Window {
  readonly limit: LimitName;
  readonly allowed: number;
}

/** Widest first, so that a refusal leaves no counts of narrower networks. */
function windowsOf(limit: LimitName, who: string, deps: CountDeps): readonly LimitWindow[] {
  const networks = limitsBySource.has(limit) ? networksOf(who) : [{ name: who, share: 1 }];
  return networks.map(({ name, share }) => ({
    ...windowOf(`limit:${limit}:${name}`, windowSecOf[limit], deps),
    limit,
    allowed: { ...fixedLimits, ...deps.settings.limits }[limit] * share,
  }));
}

/** So that a refused caller does not use up networks shared with others. */
async function countInAll(
  windows: readonly LimitWindow[],
  deps: CountDeps,
  onUsedUp: (window: Window) => void = () => {},
): Promise<void> {
  for (const [at, window] of windows.entries()) {
    if ((await countIn(window, 1, deps)) <= window.allowed) continue;
    onUsedUp(window);
    await Promise.all(windows.slice(0, at + 1).map((counted) => countIn(counted, -1, deps)));
    throw toLockedOut(window, deps);
  }
}

const toLockedOut = (window: LimitWindow, deps: CountDeps): FaceError =>
  new FaceError('locked_out', { limit: window.limit, retryAfterSec: secLeftOf(window, deps) });
