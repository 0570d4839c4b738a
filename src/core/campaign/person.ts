import { z } from 'zod';
import { FaceError, type FaceErrorCode } from '../../errors.js';
import { letterLanguages } from '../letters/language.js';
import { addSec, type EpochMs, epochMsGuard } from '../units.js';

export const campaignStates = ['planning', 'planned', 'running', 'stopped', 'done', 'refused'] as const;
export type CampaignState = (typeof campaignStates)[number];

export const personStates = [
  'unresolved',
  'left_out',
  'planned',
  /** The e-mail may be on its way. */
  'sending',
  'sent',
  'opened',
  'enrolled',
  'expired',
  /** Rejected permanently, or reported as bounced. */
  'bounced',
  /** Failed during delivery: the e-mail may have arrived. */
  'uncertain',
  'failed',
] as const;
export type PersonState = (typeof personStates)[number];

export const leftOutReasons = [
  'already_enrolled',
  'no_email',
  'unknown',
  'double',
  'bad_email',
  'bad_language',
  'no_login',
  'formula',
  'columns',
  'quotes',
  'encoding',
  'too_long',
] as const;
export type LeftOutReason = (typeof leftOutReasons)[number];

export const letterKinds = ['invitation', 'reminder'] as const;
export type LetterKind = (typeof letterKinds)[number];

const linkGuard = z.object({
  stepUpId: z.string(),
  expiresAt: epochMsGuard,
  /** The step-up has ended. */
  isOver: z.boolean(),
});
export type PersonLink = z.output<typeof linkGuard>;

export const personGuard = z.object({
  /** From 0; never changes. */
  at: z.int(),
  line: z.int().nullable(),
  login: z.string(),
  subject: z.string().nullable(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  /** `null`: the campaign's. */
  language: z.enum(letterLanguages).nullable(),
  state: z.enum(personStates),
  /** Reason, error code, or the relay's reply code. */
  reason: z.string().nullable(),
  link: linkGuard.nullable(),
  sentAt: epochMsGuard.nullable(),
  reminders: z.int(),
  /** Consecutive deferrals. */
  tries: z.int(),
  notBefore: epochMsGuard.nullable(),
  /** Written before the e-mail is sent, so that it is sent once. */
  claim: z
    .object({
      id: z.string(),
      kind: z.enum(letterKinds),
      link: linkGuard,
      former: z.enum(personStates),
      until: epochMsGuard,
    })
    .nullable(),
});
export type Person = z.output<typeof personGuard>;

/** Creates a person not looked up yet. */
export const newPerson = (
  at: number,
  given: Pick<Person, 'line' | 'login' | 'email' | 'name' | 'language'>,
  reason: LeftOutReason | null,
): Person => ({
  at,
  ...given,
  subject: null,
  state: reason === null ? 'unresolved' : 'left_out',
  reason,
  link: null,
  sentAt: null,
  reminders: 0,
  tries: 0,
  notBefore: null,
  claim: null,
});

/** Deferrals until an e-mail counts as failed. */
const mostTries = 5;
/** Seconds: greylisting relays want a quarter of an hour. */
const waitSec = 15 * 60;
/** Seconds until a silent sender counts as gone. */
const claimSec = 180;

export const leaveOut = (person: Person, reason: LeftOutReason): Person => ({ ...person, state: 'left_out', reason });

const emailGuard = z.email().max(254);

export interface Resolved {
  readonly subject: string;
  readonly login: string;
  readonly email: string | null;
  readonly isEnrolled: boolean;
}

/** Updates a person with the provider's data. @param found - `null`: unknown at the provider */
export function resolve(person: Person, found: Resolved | null, isDouble: boolean): Person {
  if (found === null) return leaveOut(person, 'unknown');
  const known: Person = {
    ...person,
    subject: found.subject,
    login: found.login,
    email: person.email ?? found.email,
  };
  if (isDouble) return leaveOut(known, 'double');
  if (found.isEnrolled) return leaveOut(known, 'already_enrolled');
  if (known.email === null) return leaveOut(known, 'no_email');
  if (!emailGuard.safeParse(known.email).success) return leaveOut(known, 'bad_email');
  return { ...known, state: 'planned', reason: null };
}

/** Claims a person for one e-mail, before it is sent. */
export function claim(
  person: Person,
  letter: { readonly id: string; readonly kind: LetterKind; readonly link: PersonLink },
  now: EpochMs,
): Person {
  if (person.state === 'sending') throw new FaceError('campaign_state');
  return { ...person, state: 'sending', claim: { ...letter, former: person.state, until: addSec(now, claimSec) } };
}

export type LetterOutcome =
  | { readonly became: 'sent' }
  | { readonly became: 'refused' | 'later'; readonly status: number | null }
  /** Not attempted. */
  | { readonly became: 'unreachable' }
  | { readonly became: 'uncertain' }
  | { readonly became: 'failed'; readonly code: FaceErrorCode };

/** Applies the outcome of a claimed e-mail. Ignored if another claim replaced it. */
export function settle(person: Person, claimId: string, outcome: LetterOutcome, now: EpochMs): Person {
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

/** Marks a person as uncertain if their claim has expired. The sender may still settle it. */
export const doubtIfLost = (person: Person, now: EpochMs): Person =>
  person.state === 'sending' && person.claim !== null && person.claim.until <= now
    ? { ...person, state: 'uncertain', link: person.claim.link, sentAt: now }
    : person;

export type Sight = 'waiting' | 'opened' | 'enrolled' | 'expired';

/** Returns true if a person's link still needs refreshes. */
export const isWaiting = ({ state, link }: Person): boolean =>
  link !== null && (state === 'sent' || state === 'opened' || state === 'uncertain');

/** Applies the state of the link; enrolled and expired are final. */
export function see(person: Person, sight: Sight, isOver: boolean): Person {
  const { link, state } = person;
  if (link === null || !isWaiting(person)) return person;
  const next: PersonState = sight === 'waiting' ? state : sight;
  // Stays uncertain if the link was never opened.
  const kept = state === 'uncertain' && next === 'expired' ? state : next;
  return kept === state && isOver === link.isOver ? person : { ...person, state: kept, link: { ...link, isOver } };
}

/** Marks a person who turned out to be enrolled. */
export const findEnrolled = (person: Person): Person => ({ ...person, state: 'enrolled', reason: null });

export const retryable = ['uncertain', 'failed', 'bounced'] as const;
export type Retryable = (typeof retryable)[number];

export const retry = (person: Person, again: readonly Retryable[]): Person =>
  again.some((state) => state === person.state)
    ? { ...person, state: 'planned', reason: null, tries: 0, notBefore: null, claim: null }
    : person;

/** Marks an e-mail as bounced. */
export const bounce = (person: Person): Person =>
  person.state === 'sent' || person.state === 'opened' || person.state === 'uncertain'
    ? { ...person, state: 'bounced', reason: null }
    : person;

/** Schedule of the e-mails. */
export interface Pace {
  /** Days after the last e-mail. */
  readonly reminderDays: number;
  readonly reminders: number;
  /** Manual reminder for everyone whose last e-mail is older. */
  readonly remindAt: EpochMs | null;
}

const daySec = 86_400;

/** Returns the due e-mail; `null`: none. */
export function dueLetter(person: Person, pace: Pace, now: EpochMs): LetterKind | null {
  const { state, sentAt, notBefore, reminders } = person;
  if (notBefore !== null && notBefore > now) return null;
  if (state === 'planned') return 'invitation';
  if (sentAt === null) return null;
  const isAsked = pace.remindAt !== null && sentAt < pace.remindAt;
  if (state === 'expired') return isAsked ? 'reminder' : null;
  if (state !== 'sent' && state !== 'opened') return null;
  const isDay = reminders < pace.reminders && addSec(sentAt, pace.reminderDays * daySec) <= now;
  return isAsked || isDay ? 'reminder' : null;
}

/** Returns true if nothing more happens automatically. */
export const isSettled = ({ state }: Person): boolean =>
  !['unresolved', 'planned', 'sending', 'sent', 'opened'].includes(state);
