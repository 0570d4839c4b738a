import { z } from 'zod';
import { FaceError } from '../../errors.js';
import type { SubjectRef } from '../connection.js';
import type { CoreDeps } from '../deps.js';
import type { TokenName } from '../ports.js';
import { addSec, type EpochMs, epochMsGuard, epochSec, secondsPerDay, toEpochMs, toIso } from '../units.js';

/** What the person agreed to, and when. */
export interface Consent {
  /** The text shown to the person, or the name and version of that text; 1 to 2,000 characters. */
  readonly statement: string;
  readonly givenAt: EpochMs;
}

const consentGuard = z.object({
  statement: z.string(),
  givenAt: epochMsGuard,
  /** The token made under it, and when that ends. */
  tokenId: z.string(),
  expiresAt: z.number().transform(epochSec).nullable().default(null),
  withdrawnAt: epochMsGuard.nullable(),
});

const recordGuard = consentGuard.extend({
  /** The consent to the token that is still in the profile while a new one is written. */
  replaces: consentGuard.nullable().default(null),
  /** Until when whoever named the token in it may be writing that; `null`: it was written. */
  changingUntil: epochMsGuard.nullable().default(null),
});

/** Kept for as long as the operator must be able to show it: it holds no face, and outlives the enrolment. */
export type ConsentRecord = z.output<typeof recordGuard>;

/** A consent record, and the number of the write that made it. */
export interface FoundConsent {
  readonly record: ConsentRecord;
  readonly revision: number;
}

/** Longer than a provider may take to answer; after a crash, the next enrolment waits for as long. */
const changeLifeSec = 60;

/** The clocks of whoever recorded the consent and of this server may differ by this much. */
const clockSkewSec = 300;

const maxStatementCharacters = 2000;

const consentKey = ({ connection, subject }: SubjectRef): string => `consent:${connection}:${subject}`;

/** @throws FaceError `consent_missing` where there is no text, or its time lies in the future */
export function checkConsent({ statement, givenAt }: Consent, now: EpochMs): void {
  const length = statement.trim().length;
  if (length === 0 || length > maxStatementCharacters) throw new FaceError('consent_missing', { field: 'statement' });
  if (givenAt > addSec(now, clockSkewSec)) throw new FaceError('consent_missing', { givenAt: toIso(givenAt) });
}

/** The newest consent of a subject, with its revision; `null`: none. */
export async function findConsent(who: SubjectRef, { state }: Pick<CoreDeps, 'state'>): Promise<FoundConsent | null> {
  const found = await state.read(consentKey(who));
  return found === null ? null : { record: recordGuard.parse(found.value), revision: found.revision };
}

/**
 * The consent of a person's enrolment, where it holds for a check of today: it was given to the very text that the page shows,
 * it was not withdrawn, and the token made under it has not ended.
 * @param version - of the page's text
 */
export async function findStandingConsent(
  who: SubjectRef,
  version: string,
  { state, clock }: Pick<CoreDeps, 'state' | 'clock'>,
): Promise<Consent | null> {
  const record = await readConsent(who, { state });
  if (record === null || record.withdrawnAt !== null) return null;
  const { statement, givenAt, expiresAt } = record;
  if (expiresAt !== null && toEpochMs(expiresAt) <= clock.now()) return null;
  return isStatementOf(version, statement) ? { statement, givenAt } : null;
}

/** How the page's text is named where somebody agreed to it. @param language - as they read it */
export const toStatement = (version: string, language: string): string => `${version} (${language})`;

const isStatementOf = (version: string, statement: string): boolean =>
  statement.startsWith(`${version} (`) && statement.endsWith(')');

/** The newest consent of a subject, or `null`. */
export async function readConsent(who: SubjectRef, deps: Pick<CoreDeps, 'state'>): Promise<ConsentRecord | null> {
  return (await findConsent(who, deps))?.record ?? null;
}

/**
 * Names a new token in the consent record, right before that token is written to the profile. The record of the token that
 * stands there is kept beside it, in case the write fails.
 * @param found - as it was read before the token was made
 * @param standing - public id of the token in the profile
 * @throws FaceError `enrolment_changed`: somebody else changed the record since, or is about to write a token
 */
export async function nameInConsent(
  who: SubjectRef,
  {
    consent,
    token,
    found,
    standing,
  }: {
    readonly consent: Consent;
    readonly token: Pick<TokenName, 'tokenId' | 'expiresAt'>;
    readonly found: FoundConsent | null;
    readonly standing: string | null;
  },
  { state, clock }: Pick<CoreDeps, 'state' | 'clock'>,
): Promise<void> {
  const changingUntil = addSec(clock.now(), changeLifeSec);
  const { statement, givenAt } = consent;
  const { tokenId, expiresAt } = token;
  const newest = found?.record ?? null;
  if (newest !== null && (newest.changingUntil ?? 0) > clock.now()) throw new FaceError('enrolment_changed');
  // Of a change that a process did not live to settle, the profile tells which of the two consents counts.
  const isSettled = newest === null || newest.changingUntil === null || newest.tokenId === standing;
  const former = isSettled ? newest : newest.replaces;
  const replaces = former === null ? null : consentGuard.parse(former);
  const record = { statement, givenAt, tokenId, expiresAt, withdrawnAt: null, replaces, changingUntil };
  const when = found === null ? 'absent' : { revision: found.revision };
  if (!(await state.write(consentKey(who), record, { when, expiresAt: null }))) {
    throw new FaceError('enrolment_changed');
  }
}

/** Once a token stands in the profile: its consent alone is left, and the next change may begin. */
export async function settleConsent(
  who: SubjectRef,
  tokenId: string,
  { state }: Pick<CoreDeps, 'state'>,
): Promise<void> {
  const found = await findConsent(who, { state });
  if (found === null || found.record.tokenId !== tokenId || found.record.changingUntil === null) return;
  const alone = { ...found.record, replaces: null, changingUntil: null };
  await state.write(consentKey(who), alone, { when: { revision: found.revision }, expiresAt: null });
}

/** Puts the consent record back as it was before a token was named in it that did not reach the profile. */
export async function restoreConsent(who: SubjectRef, tokenId: string, deps: CoreDeps): Promise<void> {
  const { state, clock } = deps;
  const found = await findConsent(who, deps);
  if (found === null || found.record.tokenId !== tokenId || found.record.withdrawnAt !== null) return;
  const { replaces } = found.record;
  const when = { revision: found.revision };
  // A record cannot be deleted under a condition: the one that replaces nothing ends a moment later by itself.
  const gone = { ...found.record, withdrawnAt: clock.now(), changingUntil: null };
  await (replaces === null
    ? state.write(consentKey(who), gone, { when, expiresAt: addSec(clock.now(), 1) })
    : state.write(consentKey(who), replaces, { when, expiresAt: keptUntil(replaces, deps) }));
}

/** A consent record that holds no longer. */
export interface WithdrawnConsent {
  readonly revision: number;
  /** What held until now: the consent to a token, and while one takes the place of another to both. */
  readonly ended: readonly Pick<ConsentRecord, 'tokenId' | 'expiresAt'>[];
}

/**
 * Notes that the consent no longer holds; the record ends when the operator need not show it any more.
 * @returns `null` where there is none
 */
export async function withdrawConsent(who: SubjectRef, deps: CoreDeps): Promise<WithdrawnConsent | null> {
  const isHeld = (each: z.output<typeof consentGuard> | null) => each !== null && each.withdrawnAt === null;
  for (let ended: WithdrawnConsent['ended'] = []; ; ) {
    const found = await findConsent(who, deps);
    if (found === null) return null;
    const { record, revision } = found;
    if (record.withdrawnAt !== null) return { revision, ended };
    const withdrawn = { ...record, withdrawnAt: deps.clock.now(), replaces: null, changingUntil: null };
    const options = { when: { revision }, expiresAt: keptUntil(withdrawn, deps) };
    const isDone = await deps.state.write(consentKey(who), withdrawn, options);
    if (isDone) ended = [record, record.replaces].filter((each) => each !== null).filter(isHeld);
  }
}

/** Without end while the consent holds. */
function keptUntil(
  { withdrawnAt }: Pick<ConsentRecord, 'withdrawnAt'>,
  { settings: { consentDays } }: Pick<CoreDeps, 'settings'>,
): EpochMs | null {
  return withdrawnAt === null || consentDays === null ? null : addSec(withdrawnAt, consentDays * secondsPerDay);
}

/** Forgets the consent of a subject: at their demand to erase all. */
export async function forgetConsent(who: SubjectRef, { state }: Pick<CoreDeps, 'state'>): Promise<void> {
  await state.delete(consentKey(who));
}
