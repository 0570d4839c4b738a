import type { SealedToken } from './concealed.js';
import type { Connection } from './connection.js';
import { withdrawConsent } from './consent.js';
import { denyToken, denyWhereSound } from './deny-list.js';
import type { CoreDeps } from './deps.js';
import { forgetPassedStepUp } from './passed-step-up.js';
import { forgetPasskey } from './passkey-record.js';

/**
 * Denies a token from now until it would have expired, wherever a copy of it may be.
 * @throws FaceError `token_malformed`, `state_unavailable`
 */
export async function revokeToken(token: SealedToken, deps: CoreDeps): Promise<void> {
  const tokenId = await denyToken(token, deps);
  await deps.audit.append({ action: 'revoked', connection: 'api', subject: '', detail: { tokenId } });
}

/**
 * Ends the enrolment of a subject: forgets a passed step-up that no hook has used yet and the passkey, records that the
 * consent is withdrawn, denies the token and clears the attribute. What needs no provider comes first, so that it holds whatever the
 * provider says. Ending what has ended succeeds.
 * @throws FaceError `subject_unknown`, `profile_unavailable`, `state_unavailable`
 */
export async function revokeSubject(
  { connection, subject }: { connection: Connection; subject: string },
  deps: CoreDeps,
): Promise<void> {
  await forgetPassedStepUp({ connection: connection.id, subject }, deps);
  await forgetPasskey({ connection: connection.id, subject }, deps);
  await withdrawConsent({ connection: connection.id, subject }, deps);
  const token = await connection.profile.readToken(subject);
  const tokenId = token === null ? null : await denyWhereSound(token, deps);
  await deps.audit.append({ action: 'revoked', connection: connection.id, subject, detail: { tokenId } });
  await connection.profile.clearToken(subject);
}
