import { FaceError } from '../../errors.js';
import { joinKey } from '../base/key.js';
import type { SubjectRef } from '../connection.js';
import type { Limits } from '../deps.js';
import { anonymousShare, type QueueShare } from '../fair-queue.js';
import { networksOf } from '../networks.js';
import type { Clock, State } from '../ports.js';
import { addSec, type EpochMs, epochMs, secondsPerDay } from '../units.js';

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
  /** The same in account recoveries, by user and by what the caller has proven. */
  undecidedOfRecoveries: hour,
  /** Unclear faces that did not match and count as no failed attempt, by user. */
  unclearOfPerson: 24 * hour,
  /** Sessions of liveness vendors, which cost money. Anonymous callers get half. */
  vendorChecks: hour,
  vendorChecksByOutsiders: hour,
  /** Faces that differ from the organization's photo, by user. */
  companyPhotosOfPerson: 24 * hour,
  /** Repeated consents and hand-offs of one step-up. Each one adds a record to the audit trail. */
  consentsOfStepUp: hour,
  handOffsOfStepUp: hour,
  /** Changes and exports on a person's own page, which add records to the audit trail. */
  recordsOfPerson: hour,
  /** Sign-ins to the console of a person who has no role. */
  refusedSignInsOfPerson: hour,
  /**
   * Answers of a provider that browsers bring to the console or a person's page. Each causes a call to the provider.
   * The window is short and not a lockout, because anyone can forge such answers from an address that others share.
   */
  signInReturns: 10,
  clientPictures: minute,
  /** Requests to endpoints that call the identity provider, by client token and by administrator. */
  clientLookUps: minute,
  administratorLookUps: minute,
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
  /** Messages to one address or number, by all features: codes and links, and alerts of misuse. */
  emailsOfRecipient: 24 * hour,
  smsOfRecipient: 24 * hour,
  alertsOfRecipient: 24 * hour,
  /** Bypass codes, by issuing administrator and by the person who gets the code. */
  bypassesOfAgent: hour,
  bypassesOfPerson: hour,
  /** Identity verifications of the help desk, by administrator and by person. */
  vouchingsOfAgent: hour,
  vouchingsOfPerson: hour,
  /** Wrong PINs of callers, by administrator or ticket system, by connection, and in all. */
  callerPinsOfAgent: hour,
  callerPinsOfConnection: hour,
  callerPins: hour,
  helpRequestsOfPerson: hour,
  /** Invitations by e-mail, by administrator and by recipient. */
  invitationsOfAgent: hour,
  invitationsOfPerson: 24 * hour,
  /** Look-ups of whether a person is enrolled, before the camera opens after a first factor. */
  enrolmentLookUpsOfPerson: hour,
  /** Set-up links that people without an enrolment request at a check, by person and by connection. */
  setUpLinksOfPerson: 24 * hour,
  setUpLinksOfConnection: hour,
  shownCodesOfCounter: minute,
  /** Codes to the second mailbox or phone, by recovery and by person. */
  recoveryCodesOfRecovery: hour,
  recoveryChecksOfRecovery: hour,
  /** Numbers that administrators type to approve one recovery. */
  approvalsOfRecovery: 24 * hour,
  recoveryCodesOfPerson: 24 * hour,
  recoveryCodesOfSource: hour,
  /** Links of the help desk with a wrong secret. A right one is not counted, and never refused. */
  wrongLinksOfSource: 10 * minute,
  /** Codes that were sent, except those behind a link of the help desk. */
  recoveryCodesOfConnection: hour,
  /** Attempts to prove a second thing. Those behind a link of the help desk count by recovery only. */
  recoveryAttemptsOfRecovery: hour,
  recoveryAttemptsOfSource: hour,
  recoveryAttemptsOfPerson: 24 * hour,
  /** Links to managers, by person. */
  managerLinksOfPerson: 24 * hour,
  /** Links of the help desk. */
  recoveryLinksOfPerson: hour,
  /** Recoveries in which the face check passed. */
  recoveriesOfPerson: 24 * hour,
} as const;

export type LimitName = keyof typeof windowSecOf;

const fixedLimits = {
  unusableOfSource: 20_000,
  unusableOfStepUp: 5_000,
  unusableOfPerson: 5_000,
  startsOfPushedRequest: 5,
  undecidedOfPerson: 20,
  undecidedOfPersonByOutsiders: 60,
  undecidedOfRecoveries: 30,
  companyPhotosOfPerson: 10,
  unclearOfPerson: 10,
  consentsOfStepUp: 5,
  handOffsOfStepUp: 10,
  recordsOfPerson: 60,
  refusedSignInsOfPerson: 20,
  signInReturns: 50,
  changesOfDeveloper: 200,
  codesOfContact: 5,
  codesOfClient: 200,
  codesOfPerson: 10,
  emailsOfRecipient: 60,
  smsOfRecipient: 20,
  alertsOfRecipient: 60,
  bypassesOfAgent: 60,
  bypassesOfPerson: 5,
  vouchingsOfAgent: 120,
  vouchingsOfPerson: 6,
  callerPinsOfAgent: 10,
  callerPinsOfConnection: 60,
  callerPins: 100,
  helpRequestsOfPerson: 3,
  invitationsOfAgent: 1000,
  invitationsOfPerson: 3,
  enrolmentLookUpsOfPerson: 60,
  setUpLinksOfPerson: 3,
  setUpLinksOfConnection: 300,
  shownCodesOfCounter: 30,
  recoveryCodesOfRecovery: 3,
  recoveryChecksOfRecovery: 5,
  approvalsOfRecovery: 5,
  recoveryCodesOfPerson: 6,
  recoveryCodesOfSource: 20,
  wrongLinksOfSource: 20,
  recoveryCodesOfConnection: 300,
  recoveryAttemptsOfRecovery: 10,
  recoveryAttemptsOfSource: 20,
  recoveryAttemptsOfPerson: 30,
  managerLinksOfPerson: 5,
  recoveryLinksOfPerson: 5,
  recoveriesOfPerson: 5,
} as const satisfies Partial<Record<LimitName, number>>;

/** Budgets that callers of many networks share (`isWithinShare`). */
export const sharedBudgets = [
  'outsiderStartsOfConnection',
  'outsiderLookUpsOfConnection',
  'outsiderChecksOfConnection',
  'undecidedOfPersonByOutsiders',
  'vendorChecks',
  'vendorChecksByOutsiders',
  'callerPinsOfConnection',
  'callerPins',
  'setUpLinksOfConnection',
  'recoveryCodesOfConnection',
] as const satisfies readonly LimitName[];
type SharedBudget = (typeof sharedBudgets)[number];

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
export async function consumeLimit(limit: OwnLimit, who: string, deps: LimitDeps): Promise<void> {
  await countInAll(windowsOf([limit, who], deps), deps);
}

/** Counts an act on a person's own page, before it adds a record to the audit trail. @throws `locked_out` */
export const countOwnRecord = ({ connection, subject }: SubjectRef, deps: LimitDeps): Promise<void> =>
  consumeLimit('recordsOfPerson', JSON.stringify([connection, subject]), deps);

/** A limit that one caller uses up for themselves. */
export type OwnLimit = Exclude<LimitName, SharedBudget>;

/** One use of a limit. A shared budget also names the network or the authenticated caller whose share is used. */
export type LimitUse =
  | readonly [limit: OwnLimit, who: string]
  | readonly [limit: SharedBudget, who: string, share: Pick<QueueShare, 'class' | 'source'>];

/** Returns what the start of an anonymous caller uses. */
export const usesOfStart = (source: string, connection: string): readonly LimitUse[] => [
  ['outsiderStarts', source],
  ['outsiderStartsOfConnection', connection, anonymousShare(source)],
];

/**
 * Counts one use of several limits, or of none if a limit is exhausted. All limits are checked before counting, so that
 * a caller who has exhausted one limit does not use up the other limits.
 * @throws as `consumeLimit`
 */
export async function consumeLimits(counts: readonly LimitUse[], deps: LimitDeps): Promise<void> {
  await checkNotExhausted(counts, deps);
  await countInAll(
    counts.flatMap((use) => windowsOf(use, deps)),
    deps,
  );
}

/** Checks that no limit is exhausted, without counting. @throws as `consumeLimit` */
export async function checkNotExhausted(counts: readonly LimitUse[], deps: LimitDeps): Promise<void> {
  const windows = counts.flatMap((use) => windowsOf(use, deps));
  for (const window of windows) if (!(await take(window, 0, deps))) throw toLockedOut(window, deps);
}

/**
 * Adds an amount that was spent already, even beyond the maximum.
 * @param amount - rounded up
 */
export async function charge(counts: readonly LimitUse[], amount: number, deps: LimitDeps): Promise<void> {
  const windows = counts.flatMap((use) => windowsOf(use, deps));
  await Promise.all(windows.map((window) => addTo(window, Math.ceil(amount), deps)));
}

/**
 * Counts one use, runs the work, and refunds the use if it fails. @throws `state_unavailable`, and what `work` throws
 */
export async function refundOnFailure<Result>(
  limit: OwnLimit,
  who: string,
  work: () => Promise<Result>,
  deps: LimitDeps,
): Promise<Result> {
  return work().catch(async (error: unknown) => {
    await charge([[limit, who]], -1, deps);
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
  const nameOf = ({ key, allowed }: LimitWindow): string => `${key} ${allowed}`;
  const note = (window: LimitWindow): void => {
    for (const [other, end] of exhausted) if (end <= deps.clock.now()) exhausted.delete(other);
    exhausted.set(nameOf(window), window.endsAt);
  };
  return async (...counts) => {
    const windows = counts.flatMap((use) => windowsOf(use, deps));
    const found = windows.find((window) => exhausted.has(nameOf(window)));
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
  'signInReturns',
  'wrongLinksOfSource',
  'recoveryCodesOfSource',
  'recoveryAttemptsOfSource',
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
  /** Count of one network or authenticated caller in a shared budget. */
  readonly shared: { readonly own: Window; readonly share: Pick<QueueShare, 'class' | 'source'> } | null;
}

/** Returns the windows, widest network first, so that a refusal leaves no counts for narrower networks. */
function windowsOf([limit, who, share]: LimitUse, deps: LimitDeps): readonly LimitWindow[] {
  const toWindow = (name: string, allowed: number, lengthSec: number): LimitWindow => {
    const window = windowOf(name, lengthSec, deps);
    const shared =
      share === undefined
        ? null
        : { share, own: { ...window, key: `${window.key}:${joinKey(share.class, share.source)}` } };
    return { ...window, limit, allowed, shared };
  };
  const toWindows = (name: string, allowed: number): readonly LimitWindow[] => {
    const window = toWindow(`limit:${limit}:${name}`, allowed, windowSecOf[limit]);
    if (!recordedLimits.has(limit)) return [window];
    return [toWindow(`limit:${limit}:hour:${name}`, allowed * sustainedMinutes, hour), window];
  };
  const { limits } = deps.settings;
  // The other half is left to callers with a first factor.
  const vendorChecksByOutsiders = Math.max(1, Math.floor(limits.vendorChecks / 2));
  const allowed = { ...fixedLimits, ...limits, vendorChecksByOutsiders }[limit];
  if (!limitsBySource.has(limit)) return toWindows(who, allowed);
  return networksOf(who).flatMap(({ name, share: times }) => toWindows(name, allowed * times));
}

const passedFromKey = (network: string): string => joinKey('network-passed', network);
const passedFromDays = 30;

/** Notes that a check of an anonymous caller passed, for whose network a part of each shared budget is kept. */
export async function notePassedNetwork(source: string, { state, clock }: Pick<LimitDeps, 'state' | 'clock'>) {
  const expiresAt = addSec(clock.now(), passedFromDays * secondsPerDay);
  await state.write(passedFromKey(anonymousShare(source).source), true, { when: 'any', expiresAt });
}

const addTo = async (window: LimitWindow, amount: number, deps: LimitDeps) => ({
  used: await countIn(window, amount, deps),
  own: window.shared === null ? 0 : await countIn(window.shared.own, amount, deps),
});

/** Counts one use, or checks without counting whether one could be counted. @returns true if it is allowed */
async function take(window: LimitWindow, amount: 0 | 1, deps: LimitDeps): Promise<boolean> {
  const counted = await addTo(window, amount, deps);
  const { allowed, shared } = window;
  const used = counted.used + 1 - amount;
  if (shared === null) return used <= allowed;
  const own = counted.own + 1 - amount;
  const { share } = shared;
  if (share.class === 'anonymous' && isWithinShare(used, own, allowed, allowed / 4)) return true;
  if (!isWithinShare(used, own, allowed, 0)) return false;
  return share.class === 'known' || (await deps.state.read(passedFromKey(share.source))) !== null;
}

/** Networks that can take a whole share from what is left of a budget. */
const sharesLeft = 64;

/**
 * Divides a shared budget. The first half is for everyone, in order of arrival. Then it is the turn of networks whose own
 * uses are at most a share of what is left, so that busy networks cannot keep out a quiet one. The least share is two
 * uses, as a sign-in of a relying party has two look-ups, or one of a small budget.
 * @param kept - part that is left to authenticated callers and to networks from which a check passed before
 */
function isWithinShare(used: number, own: number, allowed: number, kept: number): boolean {
  if (used <= Math.ceil(allowed / 2 - kept)) return true;
  const left = Math.ceil(allowed - kept) - used;
  return left >= 0 && own <= Math.max(left / sharesLeft, Math.min(2, Math.ceil(allowed / 128)));
}

/**
 * Counts in all windows, or takes the counts back if a window is exhausted, so that a refused caller does not use up
 * the limits of networks shared with others.
 */
async function countInAll(
  windows: readonly LimitWindow[],
  deps: LimitDeps,
  onUsedUp: (window: LimitWindow) => void = () => {},
): Promise<void> {
  for (const [at, window] of windows.entries()) {
    if (await take(window, 1, deps)) continue;
    // A shared budget that refuses one network may be open for others.
    if (window.shared === null) onUsedUp(window);
    await Promise.all(windows.slice(0, at + 1).map((counted) => addTo(counted, -1, deps)));
    throw toLockedOut(window, deps);
  }
}

const toLockedOut = (window: LimitWindow, deps: LimitDeps): FaceError =>
  new FaceError('locked_out', { limit: window.limit, retryAfterSec: secLeftOf(window, deps) });
