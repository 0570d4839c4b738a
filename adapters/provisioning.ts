import type { ConnectionConfig } from '../src/config/connection.js';
import type { Directory } from '../src/core/ports.js';
import { type EpochMs, fromHttpDate, toIso } from '../src/core/units.js';
import type { Census, Holder } from './census.js';

/** How one thing stands that the provider needs for a connection to work. Every text is for an administrator. */
export type StepStatus =
  /** There, and as it should be. */
  | { readonly state: 'ready' }
  /** Absent, or ours and not as it should be. `changes` says what `apply` will do, one line each. */
  | { readonly state: 'missing' | 'different'; readonly changes: readonly string[] }
  /** Something that is not ours is in the way. It is never overwritten. */
  | { readonly state: 'blocked'; readonly reason: string; readonly remedy: string }
  /** Only the provider's console can do it, or see it. */
  | { readonly state: 'manual'; readonly instructions: readonly string[] };

/** One thing the provider needs: an attribute, a hook, an attachment. */
export interface ProvisionStep {
  readonly title: string;
  /** Titles of steps before it that make what it is put on, or leads to. */
  readonly needs?: readonly string[];
  /** Changes nothing. What an earlier step has still to create counts as missing. @throws FaceError */
  inspect(): Promise<StepStatus>;
  /**
   * Does what `inspect` said; called where it is missing or different. Afterwards `inspect` says `ready`. What it does not
   * own stays as it is.
   * @throws FaceError `provider_refused`, `profile_unavailable`
   */
  apply(): Promise<void>;
  /**
   * There where the step gives the provider a secret, which it never shows again: gives it once more, and touches nothing that
   * is not ours. Called where the step is ready.
   * @throws FaceError `provider_refused`, `profile_unavailable`
   */
  pushSecret?(): Promise<void>;
}

/** What a check found. `remedy` says what to do where something is wrong. */
export interface Finding {
  readonly verdict: 'pass' | 'warn' | 'fail' | 'manual';
  readonly found: string;
  readonly remedy: string | null;
}

export const pass = (found: string): Finding => ({ verdict: 'pass', found, remedy: null });
export const warn = (found: string, remedy: string | null): Finding => ({ verdict: 'warn', found, remedy });
export const fail = (found: string, remedy: string | null): Finding => ({ verdict: 'fail', found, remedy });
/** For what only a person can look at. */
export const manual = (found: string, remedy: string | null): Finding => ({ verdict: 'manual', found, remedy });

/** Clocks that are kept by NTP drift less, transport included. */
const usualSkewSec = 30;

/**
 * How far the clock of this machine is from that of whoever answered, by the `Date` of the answer (RFC 9110, section
 * 6.6.1), which is in whole seconds.
 * @param greatestSec - from here on calls are refused
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

/** One link of a connection, held against what it should be. */
export interface Check {
  /** No other check of the connection has the same. */
  readonly title: string;
  /**
   * Titles of checks before it without which it says nothing of its own. Where one of them fails it is not made: one cause
   * is one failure.
   */
  readonly needs?: readonly string[];
  /** Title of the step that mends what it finds; unless it says so, the step of the same title, where there is one. */
  readonly mendedBy?: string;
  /** Changes nothing. @throws FaceError */
  run(): Promise<Finding>;
}

/** The check that this server answers at the public address: what calls it from outside needs that. */
export const serverAnswers = 'Server';

/** The check that its clock and the one here agree: where they do not, the one here may be wrong. */
export const serverClock = 'Server clock';

/** The check that what answers there is this server, with its own keys. */
export const serverIsOurs = 'Published keys';

/** The check that every hook is reached there; there where the adapter has hooks, as the next. */
export const hooksAnswer = 'Hooks';

/** The check that they take the provider's calls, with the configured secret. */
export const callsTaken = 'Calls of the provider';

/** Those checks, each of which needs the ones of these titles too. */
export const needing = (titles: readonly string[], checks: readonly Check[]): readonly Check[] =>
  checks.map((check) => ({ ...check, needs: [...new Set([...titles, ...(check.needs ?? [])])] }));

/** The check that the groups of people can be read; `[]` where nobody acts for an organisation by them. */
export const checkingGroups = (
  { organisations }: Pick<ConnectionConfig, 'organisations'>,
  run: Check['run'],
): readonly Check[] => (organisations?.from === 'groups' ? [{ title: 'Groups', run }] : []);

/** What is found of the groups where nothing is wrong with them. */
export const groupsAreTold: Finding = pass('The groups that people are in can be read');

/** Where no user is there whose groups could be looked at. */
export const nobodyToTryWith: Finding = manual(
  'There is no user yet to try it with',
  'Run this again once there is one',
);

/** A person who can be registered. */
export interface Registrant {
  /** The immutable id at the provider. */
  readonly id: string;
  readonly login: string;
}

/** Registers people at a provider that offers the face check only to who is registered for it. */
export interface Registration {
  /** What for, for an administrator. */
  readonly title: string;
  /**
   * Everybody whom it may concern; no disabled accounts.
   * @param group - members of that group alone, by the provider's id of it; `null`: everybody
   * @throws FaceError `provider_refused`, `profile_unavailable`
   */
  findRegistrants(group: string | null): Promise<readonly Registrant[]>;
  /** @throws FaceError `provider_refused`, `profile_unavailable` */
  isRegistered(registrant: Registrant): Promise<boolean>;
  /** For who is not. @throws FaceError `provider_refused`, `profile_unavailable` */
  register(registrant: Registrant): Promise<void>;
}

/** A secret of the configuration of which the one before is taken too, while it is replaced. */
export interface RotatableSecret {
  /** Its name in the configuration. */
  readonly setting: string;
  /** Where the one before goes. */
  readonly previousSetting: string;
  /** Whether there is one before, which is taken still. */
  readonly isPreviousTaken: boolean;
}

/** What sets a connection up at its provider, and what tells how it stands. Both in the order to be taken. */
export interface Provisioning {
  readonly steps: readonly ProvisionStep[];
  readonly checks: readonly Check[];
  /** Secrets that the provider calls with; `[]` where it calls with none of ours. */
  readonly secrets: readonly RotatableSecret[];
  /** `null` where nobody has to be registered, or can be. */
  readonly registration: Registration | null;
  /** The active users of a group. See `Directory`. */
  readonly listMembers: Directory['listMembers'];
  /**
   * Counts who may sign in, and who is enrolled.
   * @param onHolder - receives each user who counts as enrolled
   * @throws FaceError `provider_refused`, `profile_unavailable`: the provider does not tell
   */
  census(onHolder?: (holder: Holder) => void): Promise<Census>;
}
