import { toCode } from '../errors.js';
import type { Photo, SealedToken, UserSecret } from './concealed.js';
import { bindingOf, type Connection } from './connection.js';
import { type Consent, checkConsent, recordConsent } from './consent.js';
import { denyWhereSound } from './deny-list.js';
import type { CoreDeps } from './deps.js';
import { attemptsOfSubject, clearAttempts } from './lockout.js';
import { forgetPasskey, keepPasskey } from './passkey-record.js';
import type { EnrolRequest, PasskeyCredential, Sealed } from './ports.js';
import { addSec, toEpochMs, toEpochSec } from './units.js';

const secondsPerDay = 86_400;

/**
 * Makes a token for a caller that keeps it itself.
 * @throws FaceError the codes of `Verifier`
 */
export async function enrolToken(request: EnrolRequest, deps: CoreDeps): Promise<Sealed> {
  const { tenant: connection, subject } = request.binding;
  try {
    const sealed = await deps.verifier.enrol(request);
    const { tokenId, photos } = sealed;
    await deps.audit.append({ action: 'enrolled', connection, subject, detail: { tokenId, photos } });
    return sealed;
  } catch (error) {
    await deps.audit.append({
      action: 'enrolment_refused',
      connection,
      subject,
      detail: { code: toCode(error) },
    });
    throw error;
  } finally {
    for (const photo of request.photos) photo.wipe();
  }
}

/**
 * Makes a token from 1 to 5 photos and writes it to the subject's attribute, under recorded consent. The token that was
 * there is denied from then on.
 * @throws FaceError `consent_missing`, `subject_unknown`, `profile_unavailable`, and the codes of `Verifier`
 */
export async function enrolSubject(
  request: {
    readonly connection: Connection;
    readonly subject: string;
    readonly photos: readonly Photo[];
    readonly secret: UserSecret | null;
    /** Whose secret it is, to be kept for the checks to come; without one any former one is forgotten. */
    readonly passkey?: PasskeyCredential | null;
    readonly consent: Consent;
  },
  deps: CoreDeps,
): Promise<Sealed> {
  const { connection, subject, photos, secret, passkey = null, consent } = request;
  const { enrolmentDays } = connection.policy;
  const now = deps.clock.now();
  try {
    checkConsent(consent, now);
    const former = await connection.profile.readToken(subject);
    const binding = bindingOf(connection, subject);
    const expiresAt = enrolmentDays === null ? null : toEpochSec(addSec(now, enrolmentDays * secondsPerDay));
    const sealed = await enrolToken({ photos, binding, secret, expiresAt }, deps);
    await recordConsent({ connection: connection.id, subject }, consent, sealed.tokenId, deps);
    await replaceToken({ connection, subject, former, token: sealed.token }, deps);
    const owner = { connection: connection.id, subject };
    const until = sealed.expiresAt === null ? null : toEpochMs(sealed.expiresAt);
    if (passkey === null) await forgetPasskey(owner, deps);
    else await keepPasskey(owner, { credential: passkey, expiresAt: until }, deps);
    await clearAttempts(attemptsOfSubject(binding), deps);
    return sealed;
  } finally {
    for (const photo of photos) photo.wipe();
  }
}

/** Writes a new token over a former one, and only then denies the former: a failed write leaves the old one working. */
async function replaceToken(
  change: {
    readonly connection: Connection;
    readonly subject: string;
    readonly former: SealedToken | null;
    readonly token: SealedToken;
  },
  deps: CoreDeps,
): Promise<void> {
  const { connection, subject, former, token } = change;
  await connection.profile.writeToken(subject, token);
  if (former !== null) await denyWhereSound(former, deps);
}
