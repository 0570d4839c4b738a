import { z } from 'zod';
import { FaceError } from '../../errors.js';
import { changeStored, type FoundRecord, readStored } from '../change-stored.js';
import type { SubjectRef } from '../connection.js';
import type { CoreDeps } from '../deps.js';
import type { PersonalData } from '../personal-data/registration.js';
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

/** Longer than a provider may take to answer; after a crash, the next enrolment waits for as long. */
const changeLifeSec = 60;

/** The clocks of whoever recorded the consent and of this server may differ by this much. */
const clockSkewSec = 300;

const maxStatementCharacters = 2000;

const consentKey = ({ connection, subject }: SubjectRef): string => `consent:${connection}:${subject}`;

/** Kept without end while the consent holds. */
const toStored = (who: SubjectRef, { settings: { consentDays } }: Pick<CoreDeps, 'settings'>) => ({
  key: consentKey(who),
  guard: recordGuard,
  expiresAt: ({ withdrawnAt }: ConsentRecord): EpochMs | null =>
    withdrawnAt === null || consentDays === null ? null : addSec(withdrawnAt, consentDays * secondsPerDay),
});

/** @throws FaceError `consent_missing` where there is no text, or its time lies in the future */
export function checkConsent({ statement, givenAt }: Consent, now: EpochMs): void {
  const length = statement.trim().length;
  if (length === 0 || length > maxStatementCharacters) throw new FaceError('consent_missing', { field: 'statement' });
  if (givenAt > addSec(now, clockSkewSec)) throw new FaceError('consent_missing', { givenAt: toIso(givenAt) });
}

/** The newest consent of a subject, with its revision; `null`: none. */
export const findConsent = (
  who: SubjectRef,
  deps: Pick<CoreDeps, 'state'>,
): Promise<FoundRecord<ConsentRecord> | null> => readStored({ key: consentKey(who), guard: recordGuard }, deps);

/**
 * The consent of a person's enrolment, where it holds for a check of today: it was given to the very text that the page shows,
 * it was not withdrawn, and the token made under it has not ended.
 * @param version - of the page's text
 */
export async function findCurrentConsent(
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

/** Public id of the token that the newest consent of a subject holds for; `null`: none holds, or none is known. */
export async function readConsentedToken(who: SubjectRef, deps: Pick<CoreDeps, 'state'>): Promise<string | null> {
  const found = await readConsent(who, deps);
  return found === null || found.withdrawnAt !== null ? null : found.tokenId;
}

/** Whether the token made under the newest consent of a subject has ended by itself. */
export async function hasExpired(
  who: SubjectRef,
  { state, clock }: Pick<CoreDeps, 'state' | 'clock'>,
): Promise<boolean> {
  const expiresAt = (await readConsent(who, { state }))?.expiresAt ?? null;
  return expiresAt !== null && toEpochMs(expiresAt) <= clock.now();
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
 * @param current - public id of the token in the profile
 * @throws FaceError `enrolment_changed`: somebody else changed the record since, or is about to write a token
 */
export async function nameInConsent(
  who: SubjectRef,
  {
    consent,
    token,
    found,
    current,
  }: {
    readonly consent: Consent;
    readonly token: Pick<TokenName, 'tokenId' | 'expiresAt'>;
    readonly found: FoundRecord<ConsentRecord> | null;
    readonly current: string | null;
  },
  { state, clock }: Pick<CoreDeps, 'state' | 'clock'>,
): Promise<void> {
  const changingUntil = addSec(clock.now(), changeLifeSec);
  const { statement, givenAt } = consent;
  const { tokenId, expiresAt } = token;
  const newest = found?.record ?? null;
  if (newest !== null && (newest.changingUntil ?? 0) > clock.now()) throw new FaceError('enrolment_changed');
  // Of a change that a process did not live to end, the profile tells which of the two consents counts.
  const isConfirmed = newest === null || newest.changingUntil === null || newest.tokenId === current;
  const former = isConfirmed ? newest : newest.replaces;
  const replaces = former === null ? null : consentGuard.parse(former);
  const record = { statement, givenAt, tokenId, expiresAt, withdrawnAt: null, replaces, changingUntil };
  const when = found === null ? 'absent' : { revision: found.revision };
  if (!(await state.write(consentKey(who), record, { when, expiresAt: null }))) {
    throw new FaceError('enrolment_changed');
  }
}

/** Once a token stands in the profile: its consent alone is left, and the next change may begin. */
export async function confirmConsent(who: SubjectRef, tokenId: string, deps: CoreDeps): Promise<void> {
  const confirm = (found: ConsentRecord | null): ConsentRecord | null =>
    found === null || found.tokenId !== tokenId || found.changingUntil === null
      ? found
      : { ...found, replaces: null, changingUntil: null };
  await changeStored(toStored(who, deps), confirm, deps);
}

/** Puts the consent record back as it was before a token was named in it that did not reach the profile. */
export async function restoreConsent(who: SubjectRef, tokenId: string, deps: CoreDeps): Promise<void> {
  const { clock } = deps;
  const stored = toStored(who, deps);
  const restore = (found: ConsentRecord | null): ConsentRecord | null => {
    if (found === null || found.tokenId !== tokenId || found.withdrawnAt !== null) return found;
    const { replaces } = found;
    return replaces === null
      ? { ...found, withdrawnAt: clock.now(), changingUntil: null }
      : { ...replaces, replaces: null, changingUntil: null };
  };
  // A record cannot be deleted under a condition: the one that replaces nothing ends a moment later by itself.
  const expiresAt = (changed: ConsentRecord): EpochMs | null =>
    changed.tokenId === tokenId ? addSec(clock.now(), 1) : stored.expiresAt(changed);
  await changeStored({ ...stored, expiresAt }, restore, deps);
}

/**
 * Notes that the consent no longer holds; the record ends when the operator need not show it any more.
 * @returns what held until now: the consent to a token, and while one takes the place of another to both
 */
export async function withdrawConsent(
  who: SubjectRef,
  deps: CoreDeps,
): Promise<readonly Pick<ConsentRecord, 'tokenId' | 'expiresAt'>[]> {
  const { former } = await changeStored(
    toStored(who, deps),
    (found) =>
      found === null || found.withdrawnAt !== null
        ? found
        : { ...found, withdrawnAt: deps.clock.now(), replaces: null, changingUntil: null },
    deps,
  );
  if (former === null || former.withdrawnAt !== null) return [];
  const held = former.replaces?.withdrawnAt === null ? [former.replaces] : [];
  return [former, ...held];
}

/** Registration of this data. */
export const consentData = {
  part: 'consent',
  keys: ['consent:*:*'],
  read: async (who, deps) => {
    const kept = await readConsent(who, deps);
    if (kept === null) return { consent: null };
    const { statement, givenAt, tokenId, withdrawnAt } = kept;
    const withdrawn = withdrawnAt === null ? null : toIso(withdrawnAt);
    return { consent: { statement, givenAt: toIso(givenAt), tokenId, withdrawnAt: withdrawn } };
  },
  // The end of the enrolment withdraws it (`revokeSubject`), and the record stays.
  endedBy: 'erasure_last',
  forget: (who, { state }) => state.delete(consentKey(who)),
} as const satisfies PersonalData;
