import { z } from 'zod';
import { changeStored, type FoundRecord, readStored } from '../core/change-stored.js';
import type { SubjectRef } from '../core/connection.js';
import type { PersonalData, Ports } from '../core/deps.js';
import {
  type EnrolmentDocument,
  type EnrolmentProof,
  enrolmentDocumentGuard,
  enrolmentProofs,
} from '../core/enrolment-proof.js';
import type { TokenName } from '../core/ports.js';
import { addSec, type EpochMs, epochMsGuard, epochSec, secondsPerDay, toIso } from '../core/units.js';
import { FaceError } from '../errors.js';
import { isExpired } from './deny-list.js';

type Deps = Ports<'state' | 'clock' | 'settings'>;

export interface Consent {
  /** Consent text, or the name and version of that text. 1 to 2,000 characters. */
  readonly statement: string;
  readonly givenAt: EpochMs;
}

const consentGuard = z.object({
  statement: z.string(),
  givenAt: epochMsGuard,
  tokenId: z.string(),
  expiresAt: z.number().transform(epochSec).nullable(),
  withdrawnAt: epochMsGuard.nullable(),
  /** What the enrolment rests on. `null` in records of earlier versions. */
  proof: z.enum(enrolmentProofs).nullable().default(null),
  document: enrolmentDocumentGuard.nullable().default(null),
  /** When the face was enrolled, which a renewal does not change. `null` in records of earlier versions. */
  enrolledAt: epochMsGuard.nullable().default(null),
  /** When the token reached the profile. `null` before, and in records of earlier versions. */
  writtenAt: epochMsGuard.nullable().default(null),
});

const recordGuard = consentGuard.extend({
  /** Consent to the token that is still in the profile while a new one is written. */
  replaces: consentGuard.nullable(),
  /** Deadline of the write in progress, or `null` if it is complete. */
  changingUntil: epochMsGuard.nullable(),
});

/** Evidence of consent, without face data. It is kept after the enrolment has ended. */
export type ConsentRecord = z.output<typeof recordGuard>;

/**
 * Seconds for writing a token, longer than a provider's timeout. After a crash, the next enrolment must wait this long.
 */
const changeLifeSec = 60;

/** Maximum difference to the clock of the caller that recorded the consent. */
const clockSkewSec = 300;

const maxStatementCharacters = 2000;

const consentKey = ({ connection, subject }: SubjectRef): string => `consent:${connection}:${subject}`;

const toStored = (who: SubjectRef, { settings: { consentDays } }: Ports<'settings'>) => ({
  key: consentKey(who),
  guard: recordGuard,
  expiresAt: ({ withdrawnAt }: ConsentRecord): EpochMs | null =>
    withdrawnAt === null || consentDays === null ? null : addSec(withdrawnAt, consentDays * secondsPerDay),
});

/** Validates a consent. @throws `consent_missing` for a blank text; `request_malformed` for other values */
export function checkConsent({ statement, givenAt }: Consent, now: EpochMs): void {
  const length = statement.trim().length;
  if (length === 0) throw new FaceError('consent_missing', { field: 'consentStatement' });
  if (length > maxStatementCharacters) throw new FaceError('request_malformed', { field: 'consentStatement' });
  if (givenAt > addSec(now, clockSkewSec))
    throw new FaceError('request_malformed', { field: 'consentGivenAt', givenAt: toIso(givenAt) });
}

export const findConsent = (who: SubjectRef, deps: Ports<'state'>): Promise<FoundRecord<ConsentRecord> | null> =>
  readStored({ key: consentKey(who), guard: recordGuard }, deps);

/**
 * Returns the consent of the current enrolment, or `null` if it is withdrawn, is not to the page's current text, or its
 * token has expired.
 */
export async function findCurrentConsent(
  who: SubjectRef,
  version: string,
  { state, clock }: Ports<'state' | 'clock'>,
): Promise<Consent | null> {
  const record = await readConsent(who, { state });
  if (record === null || record.withdrawnAt !== null) return null;
  const { statement, givenAt } = record;
  if (isExpired(record, { clock })) return null;
  return isStatementOf(version, statement) ? { statement, givenAt } : null;
}

export async function readConsentedToken(who: SubjectRef, deps: Ports<'state'>): Promise<string | null> {
  const found = await readConsent(who, deps);
  return found === null || found.withdrawnAt !== null ? null : found.tokenId;
}

/** What an enrolment rests on, as checks report it. `null` if that is not known. */
export interface ReportedProof {
  readonly enrolmentProof: EnrolmentProof | null;
  readonly enrolmentDocument: EnrolmentDocument | null;
}

export const noProof: ReportedProof = { enrolmentProof: null, enrolmentDocument: null };

/**
 * Returns what the enrolment of a token rests on.
 * @param tokenIds - the token, and its renewal
 */
export async function readProof(
  who: SubjectRef,
  tokenIds: readonly string[],
  deps: Ports<'state'>,
): Promise<ReportedProof> {
  const found = await readConsent(who, deps);
  const named = [found, found?.replaces].find((each) => each && tokenIds.includes(each.tokenId));
  return { enrolmentProof: named?.proof ?? null, enrolmentDocument: named?.document ?? null };
}

/**
 * Returns when the face of a token was enrolled: `null` if that is not known, `never` if the person consented to another
 * token.
 */
export async function readEnrolled(
  who: SubjectRef,
  tokenId: string | null,
  deps: Ports<'state'>,
): Promise<EpochMs | null | 'never'> {
  const found = await readConsent(who, deps);
  if (found === null || tokenId === null) return null;
  const named = [found, found.replaces].find((each) => each?.tokenId === tokenId);
  return named === undefined ? 'never' : (named?.enrolledAt ?? null);
}

export async function hasExpired(who: SubjectRef, { state, clock }: Ports<'state' | 'clock'>): Promise<boolean> {
  const record = await readConsent(who, { state });
  return record !== null && isExpired(record, { clock });
}

/** Returns the statement of a consent to the page's text. */
export const toStatement = (version: string, language: string): string => `${version} (${language})`;

export const isStatementOf = (version: string, statement: string): boolean =>
  statement.startsWith(`${version} (`) && statement.endsWith(')');

export async function readConsent(who: SubjectRef, deps: Ports<'state'>): Promise<ConsentRecord | null> {
  return (await findConsent(who, deps))?.record ?? null;
}

/**
 * Adds a new token to the consent record before the token is written. The current consent stays in the record in case
 * the write fails.
 * @param found - consent record that was read before the token was created
 * @param current - id of the token in the profile
 * @throws `enrolment_changed` after a concurrent change
 */
export async function nameInConsent(
  who: SubjectRef,
  {
    consent,
    proof,
    document,
    enrolledAt,
    token,
    found,
    current,
  }: {
    readonly consent: Consent;
    readonly proof: EnrolmentProof | null;
    readonly document: EnrolmentDocument | null;
    readonly enrolledAt: EpochMs | null;
    readonly token: Pick<TokenName, 'tokenId' | 'expiresAt'>;
    readonly found: FoundRecord<ConsentRecord> | null;
    readonly current: string | null;
  },
  { state, clock }: Ports<'state' | 'clock'>,
): Promise<void> {
  const changingUntil = addSec(clock.now(), changeLifeSec);
  const { statement, givenAt } = consent;
  const { tokenId, expiresAt } = token;
  const newest = found?.record ?? null;
  if (newest !== null && (newest.changingUntil ?? 0) > clock.now()) throw new FaceError('enrolment_changed');
  // After a crash, the token in the profile decides which consent is valid.
  const isConfirmed = newest === null || newest.changingUntil === null || newest.tokenId === current;
  const former = isConfirmed ? newest : newest.replaces;
  const replaces = former === null ? null : consentGuard.parse(former);
  const record = {
    statement,
    givenAt,
    tokenId,
    expiresAt,
    withdrawnAt: null,
    proof,
    document,
    enrolledAt,
    writtenAt: null,
    replaces,
    changingUntil,
  };
  const when = found === null ? 'absent' : { revision: found.revision };
  if (!(await state.write(consentKey(who), record, { when, expiresAt: null }))) {
    throw new FaceError('enrolment_changed');
  }
}

/** Confirms the consent of a token that was written to the profile, which allows the next change. */
export async function confirmConsent(who: SubjectRef, tokenId: string, deps: Deps): Promise<void> {
  const writtenAt = deps.clock.now();
  const confirm = (found: ConsentRecord | null): ConsentRecord | null =>
    found === null || found.tokenId !== tokenId || found.changingUntil === null
      ? found
      : { ...found, writtenAt, replaces: null, changingUntil: null };
  await changeStored(toStored(who, deps), confirm, deps);
}

/** Restores the previous consent after the token could not be written. */
export async function restoreConsent(who: SubjectRef, tokenId: string, deps: Deps): Promise<void> {
  const { clock } = deps;
  const stored = toStored(who, deps);
  const restore = (found: ConsentRecord | null): ConsentRecord | null => {
    if (found === null || found.tokenId !== tokenId || found.withdrawnAt !== null) return found;
    const { replaces } = found;
    return replaces === null
      ? { ...found, withdrawnAt: clock.now(), changingUntil: null }
      : { ...replaces, replaces: null, changingUntil: null };
  };
  // The store has no conditional delete, so a record without a previous consent expires after a second.
  const expiresAt = (changed: ConsentRecord): EpochMs | null =>
    changed.tokenId === tokenId ? addSec(clock.now(), 1) : stored.expiresAt(changed);
  await changeStored({ ...stored, expiresAt }, restore, deps);
}

/**
 * Marks a consent as withdrawn. Its record is kept for the retention time.
 * @returns the consents that were valid, which are two while a token is being replaced
 */
export async function withdrawConsent(
  who: SubjectRef,
  deps: Deps,
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

export const consentData = {
  part: 'consent',
  keys: ['consent:*:*'],
  read: async (who, deps) => {
    const kept = await readConsent(who, deps);
    if (kept === null) return { consent: null };
    const { statement, givenAt, tokenId, withdrawnAt, proof } = kept;
    const withdrawn = withdrawnAt === null ? null : toIso(withdrawnAt);
    return { consent: { statement, givenAt: toIso(givenAt), tokenId, withdrawnAt: withdrawn, enrolmentProof: proof } };
  },
  // `revokeSubject` withdraws the consent but keeps this record as evidence.
  endedBy: 'erasure_last',
  forget: (who, { state }) => state.delete(consentKey(who)),
} as const satisfies PersonalData;
