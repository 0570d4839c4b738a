import { z } from 'zod';
import { FaceError, type FaceErrorCode } from '../../errors.js';
import { letterLanguages } from '../letters/language.js';
import { addSec, type EpochMs, epochMsGuard } from '../units.js';

/*
 * One person of a campaign, and how they go on in it. Each transition is given the person as they are and what happened, and
 * gives them as they are from now on.
 */

export const campaignStates = ['planning', 'planned', 'running', 'stopped', 'done', 'refused'] as const;
export type CampaignState = (typeof campaignStates)[number];

export const personStates = [
  /** Named in a file; the provider has not been asked about them yet. */
  'unresolved',
  'left_out',
  'planned',
  /** Claimed by a sender: the letter may be under way. */
  'sending',
  'sent',
  'opened',
  'enrolled',
  'expired',
  /** The relay will never take a letter to them, or an administrator said that it came back. */
  'bounced',
  /** A letter was under way when its sender fell silent, or the relay did: it may have arrived. */
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
  /** Whether the step-up has ended, so that there is nothing more to look at. */
  isOver: z.boolean(),
});
export type PersonLink = z.output<typeof linkGuard>;

export const personGuard = z.object({
  /** Their place in the campaign, from 0: names them there for good. */
  at: z.int(),
  /** Of the file they were named in. */
  line: z.int().nullable(),
  login: z.string(),
  subject: z.string().nullable(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  /** `null`: the campaign's. */
  language: z.enum(letterLanguages).nullable(),
  state: z.enum(personStates),
  /** Why they were left out; the code of what failed; the relay's reply code. */
  reason: z.string().nullable(),
  link: linkGuard.nullable(),
  /** When the last letter left. */
  sentAt: epochMsGuard.nullable(),
  reminders: z.int(),
  /** Letters in a row that the relay put off. */
  tries: z.int(),
  notBefore: epochMsGuard.nullable(),
  /** Of the letter under way: written before it leaves, so that it leaves once. */
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

/** Somebody who was named, and of whom nothing else is known yet. */
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

/** Letters that are put off this often come to nothing. */
const mostTries = 5;
/** A letter that was put off waits this long, in seconds: greylisting relays want a quarter of an hour. */
const waitSec = 15 * 60;
/** A sender that has not told by then how a letter went, in seconds, is gone. */
const claimSec = 180;

export const leaveOut = (person: Person, reason: LeftOutReason): Person => ({ ...person, state: 'left_out', reason });

const emailGuard = z.email().max(254);

/** What the provider says of somebody. */
export interface Resolved {
  readonly subject: string;
  readonly login: string;
  readonly email: string | null;
  readonly isEnrolled: boolean;
}

/** What is to be done with somebody, as the provider knows them. @param found - `null`: it does not */
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

/** Takes somebody for one letter, before it leaves. */
export function claim(
  person: Person,
  letter: { readonly id: string; readonly kind: LetterKind; readonly link: PersonLink },
  now: EpochMs,
): Person {
  if (person.state === 'sending') throw new FaceError('campaign_state');
  return { ...person, state: 'sending', claim: { ...letter, former: person.state, until: addSec(now, claimSec) } };
}

/** What became of a letter. */
export type LetterOutcome =
  | { readonly became: 'sent' }
  | { readonly became: 'refused' | 'later'; readonly status: number | null }
  /** No letter leaves at the moment: nothing was tried of this one. */
  | { readonly became: 'unreachable' }
  | { readonly became: 'uncertain' }
  | { readonly became: 'failed'; readonly code: FaceErrorCode };

/** The end of a claimed letter. Somebody whom another letter was claimed for since stays as they are. */
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

/** A letter whose sender has fallen silent may have left. It may still be settled by that sender. */
export const doubtIfLost = (person: Person, now: EpochMs): Person =>
  person.state === 'sending' && person.claim !== null && person.claim.until <= now
    ? { ...person, state: 'uncertain', link: person.claim.link, sentAt: now }
    : person;

/** What was seen of a link. */
export type Sight = 'waiting' | 'opened' | 'enrolled' | 'expired';

/** Whether a link that somebody holds is still to be looked at. */
export const isWaiting = ({ state, link }: Person): boolean =>
  link !== null && (state === 'sent' || state === 'opened' || state === 'uncertain');

/** Whoever enrolled, or let the link expire, is done with it. */
export function see(person: Person, sight: Sight, isOver: boolean): Person {
  const { link, state } = person;
  if (link === null || !isWaiting(person)) return person;
  const next: PersonState = sight === 'waiting' ? state : sight;
  // Of an uncertain letter that was never opened nothing more is known once it has expired.
  const kept = state === 'uncertain' && next === 'expired' ? state : next;
  return kept === state && isOver === link.isOver ? person : { ...person, state: kept, link: { ...link, isOver } };
}

/** Somebody who turned out to be enrolled as a letter was due. */
export const findEnrolled = (person: Person): Person => ({ ...person, state: 'enrolled', reason: null });

/** Those whom no letter reached, or may not have, and whom an administrator wants to be written to again. */
export const retryable = ['uncertain', 'failed', 'bounced'] as const;
export type Retryable = (typeof retryable)[number];

export const retry = (person: Person, again: readonly Retryable[]): Person =>
  again.some((state) => state === person.state)
    ? { ...person, state: 'planned', reason: null, tries: 0, notBefore: null, claim: null }
    : person;

/** A letter came back later, by an administrator's word. */
export const bounce = (person: Person): Person =>
  person.state === 'sent' || person.state === 'opened' || person.state === 'uncertain'
    ? { ...person, state: 'bounced', reason: null }
    : person;

/** When letters are due. */
export interface Pace {
  /** Days after the last letter; at most `reminders` times. */
  readonly reminderDays: number;
  readonly reminders: number;
  /** Everybody who has not enrolled gets a reminder, if their last letter is older; `null`: as the days come. */
  readonly remindAt: EpochMs | null;
}

const daySec = 86_400;

/** The letter that is due to somebody now; `null`: none. */
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

/** Whether nothing more happens to somebody by itself. */
export const isSettled = ({ state }: Person): boolean =>
  !['unresolved', 'planned', 'sending', 'sent', 'opened'].includes(state);
