import { z } from 'zod';
import { parseEmail, toEmailKey } from '../../core/email-address.js';
import { supportedLanguages } from '../../core/language.js';
import { addSec, type EpochMs, epochMsGuard, secondsPerDay } from '../../core/units.js';
import { FaceError, type FaceErrorCode } from '../../errors.js';
import { type InvitationKind, invitationKinds } from '../../notifications/email/invitation.js';

export const campaignStates = ['planning', 'planned', 'running', 'stopped', 'done', 'refused'] as const;
export type CampaignState = (typeof campaignStates)[number];

export const personStates = [
  'unresolved',
  'left_out',
  'planned',
  /** Claimed by a sender: the e-mail may be on its way. */
  'sending',
  'sent',
  'opened',
  'enrolled',
  'expired',
  /** The mail relay rejected the address permanently, or an administrator reported a bounce. */
  'bounced',
  /** Sending failed midway, so the e-mail may have arrived. */
  'uncertain',
  'failed',
] as const;
export type PersonState = (typeof personStates)[number];

const leftOutReasons = [
  'already_enrolled',
  'no_email',
  'unknown',
  'double',
  'bad_email',
  'no_login',
  'formula',
  'columns',
  'quotes',
  'encoding',
  'too_long',
] as const;
export type LeftOutReason = (typeof leftOutReasons)[number];

/** Source of the e-mail address. With `file`, the provider’s address is used if the file has none. */
export const addressSources = ['provider', 'file'] as const;
export type AddressSource = (typeof addressSources)[number];

/** Reasons why a person of a file gets an e-mail in another language or at another address than the file says. */
const remarks = ['other_language', 'provider_address'] as const;
export type Remark = (typeof remarks)[number];

export const isRemark = (reason: string | null): reason is Remark => remarks.some((remark) => remark === reason);

const linkGuard = z.object({
  stepUpId: z.string(),
  expiresAt: epochMsGuard,
  /** True if the step-up of the link has ended. */
  isOver: z.boolean(),
});
export type PersonLink = z.output<typeof linkGuard>;

export const personGuard = z.object({
  /** Position in the campaign, from 0. It never changes. */
  at: z.int(),
  line: z.int().nullable(),
  login: z.string(),
  subject: z.string().nullable(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  language: z.enum(supportedLanguages).nullable(),
  state: z.enum(personStates),
  /** Reason for skipping the person, error code, or reply code of the mail relay. */
  reason: z.string().nullable(),
  link: linkGuard.nullable(),
  sentAt: epochMsGuard.nullable(),
  reminders: z.int(),
  /** Number of consecutive temporary failures. */
  tries: z.int(),
  notBefore: epochMsGuard.nullable(),
  /** Claim of the replica that sends the e-mail. Stored before sending, so that no e-mail is sent twice. */
  claim: z
    .object({
      id: z.string(),
      kind: z.enum(invitationKinds),
      link: linkGuard,
      former: z.enum(personStates),
      until: epochMsGuard,
    })
    .nullable(),
});
export type Person = z.output<typeof personGuard>;

/** Details of a person of whom only the line of the file is kept. */
export const noDetails = { login: '', email: null, name: null, language: null } as const;

export const newPerson = (
  at: number,
  given: Pick<Person, 'line' | 'login' | 'email' | 'name' | 'language'>,
  reason: LeftOutReason | Remark | null,
): Person => ({
  at,
  ...given,
  subject: null,
  state: reason === null || isRemark(reason) ? 'unresolved' : 'left_out',
  reason,
  link: null,
  sentAt: null,
  reminders: 0,
  tries: 0,
  notBefore: null,
  claim: null,
});

/** After this many temporary failures, the e-mail counts as failed. */
const mostTries = 5;
/** Seconds between attempts. Mail relays with greylisting require 15 minutes. */
const waitSec = 15 * 60;
/** Seconds after which a replica that does not report an outcome is considered crashed. */
const claimSec = 180;

const leaveOut = (person: Person, reason: LeftOutReason): Person => ({ ...person, state: 'left_out', reason });

export interface ResolvedUser {
  readonly subject: string;
  readonly login: string;
  readonly email: string | null;
  readonly isEnrolled: boolean;
}

/**
 * Updates a person with the provider's data.
 * @param found - `null` if the provider does not know the user
 * @param addresses - whose address receives the e-mail, if a file has one
 */
export function resolve(
  person: Person,
  found: ResolvedUser | null,
  isDouble: boolean,
  addresses: AddressSource,
): Person {
  if (found === null) return leaveOut(person, 'unknown');
  const email = addresses === 'file' ? (person.email ?? found.email) : found.email;
  const isReplaced = person.email !== null && toEmailKey(person.email) !== toEmailKey(email ?? '');
  const known: Person = {
    ...person,
    subject: found.subject,
    login: found.login,
    email,
    reason: isReplaced ? 'provider_address' : person.reason,
  };
  if (isDouble) return leaveOut(known, 'double');
  if (found.isEnrolled) return leaveOut(known, 'already_enrolled');
  if (known.email === null) return leaveOut(known, 'no_email');
  const address = parseEmail(known.email);
  if (address === null) return leaveOut(known, 'bad_email');
  return { ...known, email: address, state: 'planned' };
}

/** Claims a person before one e-mail is sent to them. */
export function claim(
  person: Person,
  letter: { readonly id: string; readonly kind: InvitationKind; readonly link: PersonLink },
  now: EpochMs,
): Person {
  if (person.state === 'sending') throw new FaceError('campaign_state');
  return { ...person, state: 'sending', claim: { ...letter, former: person.state, until: addSec(now, claimSec) } };
}

export type EmailOutcome =
  | { readonly became: 'sent' }
  | { readonly became: 'refused' | 'later'; readonly status: number | null }
  /** The mail relay could not be reached, so nothing was sent. */
  | { readonly became: 'unreachable' }
  | { readonly became: 'uncertain' }
  | { readonly became: 'failed'; readonly code: FaceErrorCode };

/** Applies the outcome of a claimed e-mail. An outcome is ignored if another claim has replaced `claimId`. */
export function applyOutcome(person: Person, claimId: string, outcome: EmailOutcome, now: EpochMs): Person {
  const { claim: held } = person;
  if (held?.id !== claimId) return person;
  const free: Person = { ...person, claim: null, reason: null };
  switch (outcome.became) {
    case 'sent': {
      const reminders = person.reminders + (held.kind === 'reminder' ? 1 : 0);
      return { ...free, state: 'sent', link: held.link, sentAt: now, reminders, tries: 0, notBefore: null };
    }
    case 'refused':
      return { ...free, state: 'bounced', reason: toReason(outcome.status) };
    case 'later': {
      const tries = person.tries + 1;
      if (tries >= mostTries) return { ...free, state: 'failed', reason: 'delivery_failed', tries: 0, notBefore: null };
      return { ...free, state: held.former, tries, notBefore: addSec(now, waitSec) };
    }
    case 'unreachable':
      return { ...free, state: held.former };
    case 'uncertain':
      return { ...free, state: 'uncertain', link: held.link, sentAt: now };
    case 'failed':
      return { ...free, state: 'failed', reason: outcome.code };
  }
}

const toReason = (status: number | null): string | null => (status === null ? null : String(status));

/**
 * Marks a person as `uncertain` if their claim has expired. If the sender still reports an outcome, `applyOutcome` applies
 * it.
 */
export const markUncertainIfLost = (person: Person, now: EpochMs): Person =>
  person.state === 'sending' && person.claim !== null && person.claim.until <= now
    ? { ...person, state: 'uncertain', link: person.claim.link, sentAt: now }
    : person;

export type LinkState = 'waiting' | 'opened' | 'enrolled' | 'expired';

export const isWaiting = ({ state, link }: Person): boolean =>
  link !== null && (state === 'sent' || state === 'opened' || state === 'uncertain');

/** Applies the state of the link. `enrolled` and `expired` are final. */
export function applyLinkState(person: Person, linkState: LinkState, isOver: boolean): Person {
  const { link, state } = person;
  if (link === null || !isWaiting(person)) return person;
  const next: PersonState = linkState === 'waiting' ? state : linkState;
  // An uncertain e-mail whose link was never opened stays uncertain.
  const kept = state === 'uncertain' && next === 'expired' ? state : next;
  return kept === state && isOver === link.isOver ? person : { ...person, state: kept, link: { ...link, isOver } };
}

export const findEnrolled = (person: Person): Person => ({ ...person, state: 'enrolled', reason: null });

export const retryable = ['uncertain', 'failed', 'bounced'] as const;
export type Retryable = (typeof retryable)[number];

export const retry = (person: Person, again: readonly Retryable[]): Person =>
  again.some((state) => state === person.state)
    ? { ...person, state: 'planned', reason: null, tries: 0, notBefore: null, claim: null }
    : person;

export const bounce = (person: Person): Person =>
  person.state === 'sent' || person.state === 'opened' || person.state === 'uncertain'
    ? { ...person, state: 'bounced', reason: null }
    : person;

export interface ReminderSchedule {
  readonly reminderDays: number;
  readonly reminders: number;
  /** Time of a manual reminder. It is sent to everyone whose last e-mail is older than this. */
  readonly remindAt: EpochMs | null;
}

export function dueEmail(person: Person, pace: ReminderSchedule, now: EpochMs): InvitationKind | null {
  const { state, sentAt, notBefore, reminders } = person;
  if (notBefore !== null && notBefore > now) return null;
  if (state === 'planned') return 'invitation';
  if (sentAt === null) return null;
  const isAsked = pace.remindAt !== null && sentAt < pace.remindAt;
  if (state === 'expired') return isAsked ? 'reminder' : null;
  if (state !== 'sent' && state !== 'opened') return null;
  const isDay = reminders < pace.reminders && addSec(sentAt, pace.reminderDays * secondsPerDay) <= now;
  return isAsked || isDay ? 'reminder' : null;
}

/** Returns true if nothing more happens to this person unless an administrator acts. */
export const isSettled = ({ state }: Person): boolean =>
  !['unresolved', 'planned', 'sending', 'sent', 'opened'].includes(state);
