import type { SealedToken } from './concealed.js';
import type { Connection } from './connection.js';
import { withdrawConsent } from './consent.js';
import { denyToken, denyWhereSound } from './deny-list.js';
import type { CoreDeps } from './deps.js';
import { forgetPassedStepUp } from './passed-step-up.js';

/**
 * Denies a token from now until it would have expired, wherever a copy of it may be.
 * @throws FaceError `token_malformed`, `state_unavailable`
 */
export async function revokeToken(token: SealedToken, deps: CoreDeps): Promise<void> {
  const tokenId = await denyToken(token, deps);
  await deps.audit.append({ action: 'revoked', connection: 'api', subject: '', detail: { tokenId } });
}

/**
 * Ends the enrolment of a subject: denies the token, clears the attribute, forgets a passed step-up that no hook has
 * used yet, and records that the consent is withdrawn. Ending what has ended succeeds.
 * @throws FaceError `subject_unknown`, `profile_unavailable`, `state_unavailable`
 */
export async function revokeSubject(
  { connection, subject }: { connection: Connection; subject: string },
  deps: CoreDeps,
): Promise<void> {
  const token = await connection.profile.readToken(subject);
  await forgetPassedStepUp({ connection: connection.id, subject }, deps);
  const tokenId = token === null ? null : await denyWhereSound(token, deps);
  await connection.profile.clearToken(subject);
  await withdrawConsent({ connection: connection.id, subject }, deps);
  await deps.audit.append({ action: 'revoked', connection: connection.id, subject, detail: { tokenId } });
}
