import type { ConnectionConfig } from '../config/connection.js';
import type { Directory } from '../core/ports.js';
import { type EpochMs, fromHttpDate, toIso } from '../core/units.js';
import type { Census, Holder } from './census.js';

/** Texts are for an administrator. */
export type StepStatus =
  | { readonly state: 'ready' }
  /** Absent, or ours with differences. `changes` lists the actions of `apply`, one line each. */
  | { readonly state: 'missing' | 'different'; readonly changes: readonly string[] }
  /** A foreign object is in the way. It is never overwritten. */
  | { readonly state: 'blocked'; readonly reason: string; readonly remedy: string }
  /** Possible or visible in the provider's console only. */
  | { readonly state: 'manual'; readonly instructions: readonly string[] };

export interface ProvisionStep {
  readonly title: string;
  readonly needs?: readonly string[];
  /**
   * Returns the status without changes. Results of earlier steps that are still missing count as missing.
   * @throws FaceError
   */
  inspect(): Promise<StepStatus>;
  /**
   * Makes the changes of `inspect` if missing or different. Foreign objects are preserved.
   * @throws FaceError `provider_refused`, `profile_unavailable`
   */
  apply(): Promise<void>;
  /**
   * Sends the provider the step's secret again, since providers never show it. Called if ready.
   * @throws FaceError `provider_refused`, `profile_unavailable`
   */
  pushSecret?(): Promise<void>;
}

/** `remedy` says how to fix it. */
export interface Finding {
  readonly verdict: 'pass' | 'warn' | 'fail' | 'manual';
  readonly found: string;
  readonly remedy: string | null;
}

export const pass = (found: string): Finding => ({ verdict: 'pass', found, remedy: null });
export const warn = (found: string, remedy: string | null): Finding => ({ verdict: 'warn', found, remedy });
export const fail = (found: string, remedy: string | null): Finding => ({ verdict: 'fail', found, remedy });
/** Creates a finding that needs a manual check. */
export const manual = (found: string, remedy: string | null): Finding => ({ verdict: 'manual', found, remedy });

/** Clocks synchronized by NTP differ less, transport included. */
const usualSkewSec = 30;

/**
 * Compares this machine's clock with the `Date` header of an answer (RFC 9110, section 6.6.1), in whole seconds.
 * @param greatestSec - larger skew makes calls fail
 */
export function compareClocks(
  { here, date, whose }: { readonly here: EpochMs; readonly date: string | null | undefined; readonly whose: string },
  greatestSec: number,
): Finding {
  const there = fromHttpDate(date ?? '');
  if (there === null) return warn(`${whose} does not tell its time`, 'Compare the clock of this machine by hand');
  const skewSec = Math.round((here - there) / 1000);
  const found = `This machine is ${Math.abs(skewSec)} s ${skewSec < 0 ? 'behind' : 'ahead of'} ${whose} (${toIso(there)})`;
  const remedy = `Keep the clock of this machine by NTP: from ${greatestSec} s on calls are refused`;
  if (Math.abs(skewSec) >= greatestSec) return fail(found, remedy);
  return Math.abs(skewSec) >= Math.min(usualSkewSec, greatestSec / 2) ? warn(found, remedy) : pass(found);
}

export interface Check {
  readonly title: string;
  /** Titles of prerequisite checks. If one fails, this check is skipped. */
  readonly needs?: readonly string[];
  /** Title of the step that fixes a failure; default: the step of the same title. */
  readonly mendedBy?: string;
  /** Runs without changes. @throws FaceError */
  run(): Promise<Finding>;
}

export const serverAnswers = 'Server';

export const serverClock = 'Server clock';

/** Title: the public address serves this server's own keys. */
export const serverIsOurs = 'Published keys';

/** Title: every hook is reachable; exists if the adapter has hooks, as does the next. */
export const hooksAnswer = 'Hooks';

/** Title: hooks accept the provider's calls with the configured secret. */
export const callsTaken = 'Calls of the provider';

/** Adds prerequisites to checks. */
export const needing = (titles: readonly string[], checks: readonly Check[]): readonly Check[] =>
  checks.map((check) => ({ ...check, needs: [...new Set([...titles, ...(check.needs ?? [])])] }));

/** Returns the check of groups; `[]` if organizations do not use them. */
export const checkingGroups = (
  { organisations }: Pick<ConnectionConfig, 'organisations'>,
  run: Check['run'],
): readonly Check[] => (organisations?.from === 'groups' ? [{ title: 'Groups', run }] : []);

export const groupsAreTold: Finding = pass('The groups that people are in can be read');

export const nobodyToTryWith: Finding = manual(
  'There is no user yet to try it with',
  'Run this again once there is one',
);

export interface Registrant {
  readonly id: string;
  readonly login: string;
}

export interface Registration {
  readonly title: string;
  /**
   * Finds the users to register, without disabled accounts.
   * @param group - the provider's id; `null`: all users
   * @throws FaceError `provider_refused`, `profile_unavailable`
   */
  findRegistrants(group: string | null): Promise<readonly Registrant[]>;
  /** @throws FaceError `provider_refused`, `profile_unavailable` */
  isRegistered(registrant: Registrant): Promise<boolean>;
  /** Registers an unregistered user. @throws FaceError `provider_refused`, `profile_unavailable` */
  register(registrant: Registrant): Promise<void>;
}

export interface RotatableSecret {
  readonly setting: string;
  readonly previousSetting: string;
  readonly isPreviousTaken: boolean;
  /** See `markOf`. */
  readonly marks: { readonly current: string; readonly previous: string | null };
}

export interface Provisioning {
  readonly steps: readonly ProvisionStep[];
  readonly checks: readonly Check[];
  readonly secrets: readonly RotatableSecret[];
  /** `null` if users need no registration, or it is impossible. */
  readonly registration: Registration | null;
  readonly listMembers: Directory['listMembers'];
  /**
   * Counts active and enrolled users.
   * @throws FaceError `provider_refused`, `profile_unavailable`
   */
  census(onHolder?: (holder: Holder) => void): Promise<Census>;
}
