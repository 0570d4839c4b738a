import { FaceError } from '../../errors.js';
import { joinKey } from '../base/key.js';
import type { SubjectRef } from '../connection.js';
import type { Limits } from '../deps.js';
import { anonymousShare, type Share } from '../fair-queue.js';
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

/** Returns true if a use at that time is counted in the window of today's uses. */
export function isInSameWindow(limit: LimitName, usedAt: EpochMs, { clock }: { readonly clock: Clock }): boolean {
  const used = windowOf('', limitRules[limit].windowSec, { clock: { now: () => usedAt } });
  return used.endsAt === windowOf('', limitRules[limit].windowSec, { clock }).endsAt;
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

interface LimitRule {
  readonly windowSec: number;
  readonly allowed: number | ((limits: Limits) => number);
  /** True if it is counted for every network to which a source belongs. */
  readonly isBySource?: true;
  /**
   * True for acts that leave records. It allows a company's morning, but only `sustainedMinutes` of it in an hour, which
   * bounds the audit trail and the store.
   */
  readonly isRecorded?: true;
}

const sustainedMinutes = 20;

/** Rules of the rate limits. Limits for anonymous callers do not affect authenticated users. */
const limitRules = {
  outsiderStarts: { windowSec: minute, allowed: (limits) => limits.outsiderStarts, isBySource: true, isRecorded: true },
  /** Step-ups that anonymous callers of all sources start. */
  outsiderStartsOfConnection: {
    windowSec: minute,
    allowed: (limits) => limits.outsiderStartsOfConnection,
    isRecorded: true,
  },
  /** Step-ups started from one pushed request, which anyone who has its URL can open repeatedly. */
  startsOfPushedRequest: { windowSec: minute, allowed: 5 },
  /** Users that anonymous callers look up at the identity provider, by source. */
  outsiderLookUps: { windowSec: minute, allowed: (limits) => limits.outsiderLookUps, isBySource: true },
  /** Users that anonymous callers look up at the identity provider, by connection. */
  outsiderLookUpsOfConnection: { windowSec: minute, allowed: (limits) => limits.outsiderLookUpsOfConnection },
  /** Face checks of anonymous callers, by source. */
  outsiderChecks: { windowSec: minute, allowed: (limits) => limits.outsiderChecks, isBySource: true, isRecorded: true },
  /** Face checks of anonymous callers, over all sources of a connection. */
  outsiderChecksOfConnection: {
    windowSec: minute,
    allowed: (limits) => limits.outsiderChecksOfConnection,
    isRecorded: true,
  },
  /** Engine time spent on unusable pictures, in milliseconds, by source. */
  unusableOfSource: { windowSec: 10 * minute, allowed: 20_000, isBySource: true },
  /** Engine time spent on unusable pictures, by step-up. */
  unusableOfStepUp: { windowSec: 10 * minute, allowed: 5_000 },
  /** Engine time spent on unusable pictures, by user. Anonymous callers are not counted here. */
  unusableOfPerson: { windowSec: 10 * minute, allowed: 5_000 },
  /**
   * Challenges without a decision, by user. Each one draws another order of movements, so an attacker with recordings
   * would repeat them until the order fits.
   */
  undecidedOfPerson: { windowSec: hour, allowed: 20 },
  /** The same for anonymous callers, over all sources. */
  undecidedOfPersonByOutsiders: { windowSec: hour, allowed: 60 },
  /** The same in account recoveries, by user and by what the caller has proven. */
  undecidedOfRecoveries: { windowSec: hour, allowed: 30 },
  /** Unclear faces that did not match and count as no failed attempt, by user. */
  unclearOfPerson: { windowSec: 24 * hour, allowed: 10 },
  /** Sessions of liveness vendors, which cost money. Half of them is left to callers with a first factor. */
  vendorChecks: { windowSec: hour, allowed: (limits) => limits.vendorChecks },
  vendorChecksByOutsiders: {
    windowSec: hour,
    allowed: ({ vendorChecks }) => Math.max(1, Math.floor(vendorChecks / 2)),
  },
  /** Faces that differ from the organization's photo, by user. */
  companyPhotosOfPerson: { windowSec: 24 * hour, allowed: 10 },
  /** Repeated consents and hand-offs of one step-up. Each one adds a record to the audit trail. */
  consentsOfStepUp: { windowSec: hour, allowed: 5 },
  handOffsOfStepUp: { windowSec: hour, allowed: 10 },
  /** Changes and exports on a person's own page, which add records to the audit trail. */
  recordsOfPerson: { windowSec: hour, allowed: 60 },
  /** Sign-ins to the console of a person who has no role. */
  refusedSignInsOfPerson: { windowSec: hour, allowed: 20 },
  /**
   * Answers of a provider that browsers bring to the console or a person's page. Each causes a call to the provider.
   * The window is short and not a lockout, because anyone can forge such answers from an address that others share.
   */
  signInReturns: { windowSec: 10, allowed: 50, isBySource: true },
  clientPictures: { windowSec: minute, allowed: (limits) => limits.clientPictures },
  /** Requests to endpoints that call the identity provider, by client token and by administrator. */
  clientLookUps: { windowSec: minute, allowed: (limits) => limits.clientLookUps },
  administratorLookUps: { windowSec: minute, allowed: (limits) => limits.administratorLookUps },
  /** Identifications by tenant. Each one tries every token of a roster. */
  identifications: { windowSec: hour, allowed: (limits) => limits.identifications },
  /**
   * Revocations by client token. The server cannot verify a token that is to be revoked, and may store the denial
   * forever.
   */
  revocations: { windowSec: hour, allowed: (limits) => limits.revocations },
  changesOfDeveloper: { windowSec: hour, allowed: 200 },
  codesOfContact: { windowSec: 24 * hour, allowed: 5 },
  codesOfClient: { windowSec: hour, allowed: 200 },
  codesOfPerson: { windowSec: 24 * hour, allowed: 10 },
  /** Messages to one address or number, by all features: codes and links, and alerts of misuse. */
  emailsOfRecipient: { windowSec: 24 * hour, allowed: 60 },
  smsOfRecipient: { windowSec: 24 * hour, allowed: 20 },
  alertsOfRecipient: { windowSec: 24 * hour, allowed: 60 },
  /** Bypass codes, by issuing administrator and by the person who gets the code. */
  bypassesOfAgent: { windowSec: hour, allowed: 60 },
  bypassesOfPerson: { windowSec: hour, allowed: 5 },
  /** Identity verifications of the help desk, by administrator and by person. */
  vouchingsOfAgent: { windowSec: hour, allowed: 120 },
  vouchingsOfPerson: { windowSec: hour, allowed: 6 },
  /** Wrong PINs of callers, by administrator or ticket system, by connection, and in all. */
  callerPinsOfAgent: { windowSec: hour, allowed: 10 },
  callerPinsOfConnection: { windowSec: hour, allowed: 60 },
  callerPins: { windowSec: hour, allowed: 100 },
  helpRequestsOfPerson: { windowSec: hour, allowed: 3 },
  /** Invitations by e-mail, by administrator and by recipient. */
  invitationsOfAgent: { windowSec: hour, allowed: 1000 },
  invitationsOfPerson: { windowSec: 24 * hour, allowed: 3 },
  /** Look-ups of whether a person is enrolled, before the camera opens after a first factor. */
  enrolmentLookUpsOfPerson: { windowSec: hour, allowed: 60 },
  /** Set-up links that people without an enrolment request at a check, by person and by connection. */
  setUpLinksOfPerson: { windowSec: 24 * hour, allowed: 3 },
  setUpLinksOfConnection: { windowSec: hour, allowed: 300 },
  shownCodesOfCounter: { windowSec: minute, allowed: 30 },
  /** Codes to the second mailbox or phone, by recovery and by person. */
  recoveryCodesOfRecovery: { windowSec: hour, allowed: 3 },
  recoveryChecksOfRecovery: { windowSec: hour, allowed: 5 },
  /** Numbers that administrators type to approve one recovery. */
  approvalsOfRecovery: { windowSec: 24 * hour, allowed: 5 },
  recoveryCodesOfPerson: { windowSec: 24 * hour, allowed: 6 },
  recoveryCodesOfSource: { windowSec: hour, allowed: 20, isBySource: true },
  /** Codes that were sent, except those behind a link of the help desk. */
  recoveryCodesOfConnection: { windowSec: hour, allowed: 300 },
  /** Attempts to prove a second thing. Those behind a link of the help desk count by recovery only. */
  recoveryAttemptsOfRecovery: { windowSec: hour, allowed: 10 },
  recoveryAttemptsOfSource: { windowSec: hour, allowed: 20, isBySource: true },
  recoveryAttemptsOfPerson: { windowSec: 24 * hour, allowed: 30 },
  /** Links to managers, by person. */
  managerLinksOfPerson: { windowSec: 24 * hour, allowed: 5 },
  /** Links of the help desk. */
  recoveryLinksOfPerson: { windowSec: hour, allowed: 5 },
  /** Recoveries in which the face check passed. */
  recoveriesOfPerson: { windowSec: 24 * hour, allowed: 5 },
} as const satisfies Record<string, LimitRule>;

export type LimitName = keyof typeof limitRules;

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
  | readonly [limit: SharedBudget, who: string, share: Share];

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

interface LimitWindow extends Window {
  readonly limit: LimitName;
  readonly allowed: number;
  /** Count of one network or authenticated caller in a shared budget. */
  readonly shared: { readonly own: Window; readonly share: Share } | null;
}

/** Returns the windows, widest network first, so that a refusal leaves no counts for narrower networks. */
function windowsOf([limit, who, share]: LimitUse, deps: LimitDeps): readonly LimitWindow[] {
  const { windowSec, allowed: rule, isBySource, isRecorded }: LimitRule = limitRules[limit];
  const toWindow = (name: string, allowed: number, lengthSec: number): LimitWindow => {
    const window = windowOf(name, lengthSec, deps);
    const shared =
      share === undefined
        ? null
        : { share, own: { ...window, key: `${window.key}:${joinKey(share.class, share.source)}` } };
    return { ...window, limit, allowed, shared };
  };
  const toWindows = (name: string, allowed: number): readonly LimitWindow[] => {
    const window = toWindow(`limit:${limit}:${name}`, allowed, windowSec);
    if (!isRecorded) return [window];
    return [toWindow(`limit:${limit}:hour:${name}`, allowed * sustainedMinutes, hour), window];
  };
  const allowed = typeof rule === 'number' ? rule : rule(deps.settings.limits);
  if (!isBySource) return toWindows(who, allowed);
  return networksOf(who).flatMap(({ name, share: times }) => toWindows(name, allowed * times));
}

const passedFromKey = (network: string): string => joinKey('network-passed', network);
const passedFromDays = 30;
const newNetworksOfPerson = 3;

/**
 * Notes that a check of an anonymous caller passed, for whose network a part of each shared budget is kept. One person can
 * note few networks a day, so that an enrolled person cannot fill that part.
 */
export async function notePassedNetwork(
  source: string,
  person: string,
  deps: Pick<LimitDeps, 'state' | 'clock'>,
): Promise<void> {
  const key = passedFromKey(anonymousShare(source).source);
  const isNew = (await deps.state.read(key)) === null;
  const ofPerson = windowOf(`limit:passedNetworksOfPerson:${person}`, secondsPerDay, deps);
  if (isNew && (await countIn(ofPerson, 1, deps)) > newNetworksOfPerson) return;
  const expiresAt = addSec(deps.clock.now(), passedFromDays * secondsPerDay);
  await deps.state.write(key, true, { when: 'any', expiresAt });
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
