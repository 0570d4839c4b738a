import type { Ports } from '../core/deps.js';
import { countOwnRecord } from '../core/limits/limits.js';
import type { PasskeyAnswer } from '../core/ports.js';
import { toEpochMs } from '../core/units.js';
import { readConsent } from '../enrolment/consent.js';
import { confirmPasskey, forgetPasskey, keepPasskey } from '../enrolment/passkey-record.js';
import { checkNotEnded, checkNotEnrolledSince } from '../enrolment/revoke.js';
import { FaceError } from '../errors.js';
import { managedRef } from './current-enrolment.js';
import type { FoundSession } from './session.js';
import { mayChangePasskey } from './session-view.js';
import { takeNewPasskey } from './user-secret.js';

/**
 * Replaces the passkey for sign-ins on the person's own page.
 * @throws `secret_missing`; `not_found` if the page may not; `step_up_unknown`, `step_up_finished`, `locked_out`
 */
export async function addPasskey(
  session: FoundSession,
  answer: PasskeyAnswer,
  deps: Ports<'state' | 'clock' | 'audit' | 'passkeys' | 'settings'>,
): Promise<void> {
  const who = managedRef(session, deps);
  if (!mayChangePasskey(session)) throw new FaceError('not_found');
  await checkNotEnrolledSince(session.record, deps);
  await countOwnRecord(who, deps);
  const { passkey } = await takeNewPasskey({ stepUpId: session.id, answer, derivesSecret: false }, deps);
  const consent = await readConsent(who, deps);
  if (consent === null || consent.withdrawnAt !== null) throw new FaceError('step_up_finished');
  const { tokenId, expiresAt: until } = consent;
  const expiresAt = until === null ? null : toEpochMs(until);
  await keepPasskey(who, { credential: passkey, tokenId, expiresAt, current: tokenId }, deps);
  await confirmPasskey(who, tokenId, deps);
  // The end of an enrolment is recorded before the passkey is deleted, so this check finds a concurrent end.
  await checkNotEnded(session.record, deps).catch(async (error: unknown) => {
    await forgetPasskey(who, deps);
    throw error;
  });
  await deps.audit.append({ action: 'passkey_added', ...who, detail: {} });
}

/** Removes the passkey for sign-ins on the person's own page. @throws as `addPasskey` */
export async function removePasskey(
  session: FoundSession,
  deps: Ports<'state' | 'clock' | 'audit' | 'settings'>,
): Promise<void> {
  const who = managedRef(session, deps);
  if (!mayChangePasskey(session)) throw new FaceError('not_found');
  await checkNotEnrolledSince(session.record, deps);
  await countOwnRecord(who, deps);
  await forgetPasskey(who, deps);
  await deps.audit.append({ action: 'passkey_removed', ...who, detail: {} });
}
