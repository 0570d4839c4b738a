import { FaceError } from '../../errors.js';
import type { Clock, State } from '../ports.js';
import type { EpochMs } from '../units.js';
import { networksOf } from './networks.js';
import { countIn, secLeftOf, type Window, windowOf } from './window.js';

const minute = 60;
const hour = 60 * minute;

/**
 * What is counted, by whom, and over which time in seconds. What counts people nobody vouches for counts nobody else:
 * whoever signed in at the provider is not held up by it.
 */
const windowSecOf = {
  /** Sign-ins that somebody starts without having shown who they are, by source. */
  outsiderStarts: minute,
  /** The same by connection: from however many addresses. */
  outsiderStartsOfConnection: minute,
  /** Sign-ins that one pushed request starts, by that request: whoever has its address can open it again and again. */
  startsOfPushedRequest: minute,
  /** Questions to the identity provider about names that somebody like that sends or types, by source. */
  outsiderLookUps: minute,
  /** The same by connection. */
  outsiderLookUpsOfConnection: minute,
  /** Faces held against a token for somebody nobody vouches for, by source. */
  outsiderChecks: minute,
  /** The same by connection: from however many addresses. */
  outsiderChecksOfConnection: minute,
  /** Milliseconds of engine time for pictures that turn out to be unusable, of anonymous callers, by source. */
  unusableOfSource: 10 * minute,
  /** The same by step-up. */
  unusableOfStepUp: 10 * minute,
  /** The same of a person who passed the first factor, by that person: anonymous callers cannot use it up. */
  unusableOfPerson: 10 * minute,
  /** Requests with pictures, by client token. */
  clientPictures: minute,
  /** Faces held against a roster, by tenant: each is a try at every token in it, whatever comes of it. */
  identifications: hour,
  /** Tokens revoked over the API, by client token: whether anybody made them cannot be told, and each may be kept for ever. */
  revocations: hour,
  /** What a developer asks for, changes or has issued, by developer. */
  changesOfDeveloper: hour,
  /** One-time codes, by who gets them. */
  codesOfContact: 24 * hour,
  /** One-time codes, by the application or client token that asks for them. */
  codesOfClient: hour,
  /** One-time codes in place of a face, by the person, who has passed the first factor. */
  codesOfPerson: 24 * hour,
  /** Bypass codes, by the administrator who makes them, and by the person they are for. */
  bypassesOfAgent: hour,
  bypassesOfPerson: hour,
  /** Face checks that vouch for a caller, likewise. */
  vouchingsOfAgent: hour,
  vouchingsOfPerson: hour,
  /** Requests to the help desk, by the person. */
  helpRequestsOfPerson: hour,
  /** Codes of phones that a counter says it has read, by the counter. */
  shownCodesOfCounter: minute,
} as const;

/** Stands in the log and the metrics of a refusal. */
export type LimitName = keyof typeof windowSecOf;

/** Codes go to strangers, a pushed request is one sign-in, and a developer types: these bounds are not for an administrator to raise. */
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
  shownCodesOfCounter: 30,
} as const satisfies Partial<Record<LimitName, number>>;

/** How many are taken in one window of each, as the administrator has it. */
export type Limits = Readonly<Record<Exclude<LimitName, keyof typeof fixedLimits>, number>>;

/** What counting takes. */
export interface CountDeps {
  readonly state: State;
  readonly clock: Clock;
  readonly settings: { readonly limits: Limits };
}

/**
 * Counts one against a limit, on all replicas together. The windows are the same for all: they begin at whole multiples of
 * their length.
 * @param who - whom it is counted by; a source as `toSource` names it; empty where one count is for all
 * @throws FaceError `locked_out` with the seconds until the window ends, and the name of the limit; `state_unavailable`:
 *   what cannot be counted is not taken
 */
export async function countAgainst(limit: LimitName, who: string, deps: CountDeps): Promise<void> {
  await countInAll(windowsOf(limit, who, deps), deps);
}

/** A limit, and whom it is counted by. */
export type Count = readonly [limit: LimitName, who: string];

/**
 * Counts one against several limits, or against none where one of them is used up. All are looked at before one is counted: who
 * asks many times at one moment, with one of their own used up, does not for that moment use up those of whom they name beside.
 * @throws FaceError as `countAgainst`
 */
export async function countAgainstAll(counts: readonly Count[], deps: CountDeps): Promise<void> {
  await checkNotUsedUp(counts, deps);
  await countInAll(
    counts.flatMap(([limit, who]) => windowsOf(limit, who, deps)),
    deps,
  );
}

/**
 * Checks that none of several limits is used up, and counts nothing.
 * @throws FaceError as `countAgainst`
 */
export async function checkNotUsedUp(counts: readonly Count[], deps: CountDeps): Promise<void> {
  const windows = counts.flatMap(([limit, who]) => windowsOf(limit, who, deps));
  for (const window of windows) if ((await countIn(window, 0, deps)) >= window.allowed) throw toLockedOut(window, deps);
}

/**
 * Counts an amount that has been spent against several limits, also beyond what they allow.
 * @param amount - rounded up
 * @throws FaceError `state_unavailable`
 */
export async function charge(counts: readonly Count[], amount: number, deps: CountDeps): Promise<void> {
  const windows = counts.flatMap(([limit, who]) => windowsOf(limit, who, deps));
  await Promise.all(windows.map((window) => countIn(window, Math.ceil(amount), deps)));
}

/**
 * Does what was counted, and counts it no more where it fails.
 * @throws FaceError `state_unavailable`, and whatever `work` throws
 */
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

/**
 * Counts one against several limits, in their order; where one of them is used up it is counted against none.
 * @throws FaceError as `countAgainst`
 */
export type CountAll = (...counts: readonly Count[]) => Promise<void>;

/**
 * Makes the counting of what outsiders do by the thousand. A limit that was found used up is not asked of the store again
 * before its window ends: a flood costs the store no more than the limits allow, and leaves no more counters there. So its windows
 * are short: what is found at a moment may be of others who are refused at a later limit, and count no more.
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

/** What is counted by where it comes from: at every network of a source, as `toSource` names it. */
const limitsBySource: ReadonlySet<LimitName> = new Set([
  'outsiderStarts',
  'outsiderLookUps',
  'outsiderChecks',
  'unusableOfSource',
]);

/** One count of one limit, until it begins anew. */
interface LimitWindow extends Window {
  readonly limit: LimitName;
  readonly allowed: number;
}

/** Widest first, so that a refused wide network leaves no counts of narrower ones. */
function windowsOf(limit: LimitName, who: string, deps: CountDeps): readonly LimitWindow[] {
  const networks = limitsBySource.has(limit) ? networksOf(who) : [{ name: who, share: 1 }];
  return networks.map(({ name, share }) => ({
    ...windowOf(`limit:${limit}:${name}`, windowSecOf[limit], deps),
    limit,
    allowed: { ...fixedLimits, ...deps.settings.limits }[limit] * share,
  }));
}

/** Whoever goes on after a refusal takes nothing of what their neighbours share with them. */
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
