import { z } from 'zod';
import { FaceError } from '../errors.js';
import type { CoreDeps } from './deps.js';
import { addSec, type EpochMs, epochMsGuard, toIso } from './units.js';

/** What the person agreed to, and when. */
export interface Consent {
  /** The text shown to the person, or the name and version of that text; 1 to 2,000 characters. */
  readonly statement: string;
  readonly givenAt: EpochMs;
}

/** Kept for as long as the operator must be able to show it: it holds no face, and outlives the enrolment. */
export interface ConsentRecord extends Consent {
  readonly tokenId: string;
  readonly withdrawnAt: EpochMs | null;
}

const recordGuard = z.object({
  statement: z.string(),
  givenAt: epochMsGuard,
  tokenId: z.string(),
  withdrawnAt: epochMsGuard.nullable(),
});

/** The clocks of whoever recorded the consent and of this server may differ by this much. */
const clockSkewSec = 300;

const maxStatementCharacters = 2000;

type Who = { readonly connection: string; readonly subject: string };
const consentKey = ({ connection, subject }: Who): string => `consent:${connection}:${subject}`;

/** @throws FaceError `consent_missing` where there is no text, or its time lies in the future */
export function checkConsent({ statement, givenAt }: Consent, now: EpochMs): void {
  const length = statement.trim().length;
  if (length === 0 || length > maxStatementCharacters) throw new FaceError('consent_missing', { field: 'statement' });
  if (givenAt > addSec(now, clockSkewSec)) throw new FaceError('consent_missing', { givenAt: toIso(givenAt) });
}

/** Records the consent under which a token was made. */
export async function recordConsent(who: Who, consent: Consent, tokenId: string, { state }: CoreDeps): Promise<void> {
  const { statement, givenAt } = consent;
  const record = { statement, givenAt, tokenId, withdrawnAt: null };
  await state.write(consentKey(who), record, { when: 'any', expiresAt: null });
}

/** The newest consent of a subject, or `null`. */
export async function readConsent(who: Who, { state }: Pick<CoreDeps, 'state'>): Promise<ConsentRecord | null> {
  const found = await state.read(consentKey(who));
  return found === null ? null : recordGuard.parse(found.value);
}

/** Notes that the consent no longer holds. Does nothing where there is none. */
export async function withdrawConsent(who: Who, { state, clock }: CoreDeps): Promise<void> {
  const record = await readConsent(who, { state });
  if (record === null || record.withdrawnAt !== null) return;
  await state.write(consentKey(who), { ...record, withdrawnAt: clock.now() }, { when: 'any', expiresAt: null });
}
