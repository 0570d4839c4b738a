import { bindingOf, type ConnectedSubject, toSubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import type { EnrolRequest, PasskeyCredential, Sealed } from '../core/ports.js';
import type { QueueShare } from '../core/queue-share.js';
import type { Photo, UserSecret } from '../core/secrets.js';
import { addSec, secondsPerDay, toEpochMs, toEpochSec, toIso } from '../core/units.js';
import { toCode } from '../errors.js';
import { type Consent, checkConsent, findConsent, nameInConsent } from './consent.js';
import { keepPasskey } from './passkey-record.js';
import { changeToken, toTokenChange } from './token-change.js';

/** Creates a token for a caller that stores it. @throws the codes of `Verifier` */
export async function enrolToken(request: EnrolRequest, deps: Ports<'audit' | 'verifier'>): Promise<Sealed> {
  const sealed = await seal(request, deps);
  const { tenant: connection, subject } = request.binding;
  const { tokenId, photos, expiresAt } = sealed;
  const { keyVersion } = deps.verifier.identify(sealed.token);
  const until = expiresAt === null ? null : toIso(toEpochMs(expiresAt));
  const detail = { tokenId, keyVersion, photos, expiresAt: until, former: null };
  await deps.audit.append({ action: 'enrolled', connection, subject, detail });
  return sealed;
}

async function seal(request: EnrolRequest, { verifier, audit }: Ports<'audit' | 'verifier'>): Promise<Sealed> {
  const { tenant: connection, subject } = request.binding;
  try {
    return await verifier.enrol(request);
  } catch (error) {
    await audit.append({ action: 'enrolment_refused', connection, subject, detail: { code: toCode(error) } });
    throw error;
  }
}

/**
 * Creates a token from 1 to 5 photos and writes it to the profile, under recorded consent. The previous token is denied
 * after the write, and stays valid if the write fails.
 * @throws `consent_missing`, `subject_unknown`, `profile_unavailable`, `state_unavailable`, the codes of `Verifier`;
 * `enrolment_changed` after a concurrent change
 */
export async function enrolSubject(
  request: ConnectedSubject & {
    readonly photos: readonly Photo[];
    readonly secret: UserSecret | null;
    /** New passkey. If absent, the previous passkey is deleted. */
    readonly passkey?: PasskeyCredential | null;
    readonly consent: Consent;
    readonly share: QueueShare;
  },
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'log' | 'verifier' | 'settings'>,
): Promise<Sealed> {
  const { connection, subject, photos, secret, passkey = null, consent, share } = request;
  const { enrolmentDays } = connection.policy;
  const now = deps.clock.now();
  const who = toSubjectRef(request);
  checkConsent(consent, now);
  // The consent record is read before the profile, so that a concurrent change is detected.
  const found = await findConsent(who, deps);
  const former = await connection.profile.readToken(subject);
  const binding = bindingOf(connection, subject);
  const expiresAt = enrolmentDays === null ? null : toEpochSec(addSec(now, enrolmentDays * secondsPerDay));
  const sealed = await seal({ photos, binding, secret, expiresAt, share }, deps);
  const change = toTokenChange({ connection, subject, kind: 'enrolment', sealed, former }, deps);
  const current = change.former?.tokenId ?? null;
  const makeReady = async (): Promise<void> => {
    const token = change.token;
    await nameInConsent(who, { consent, token, found, current }, deps);
    if (passkey === null) return;
    const until = token.expiresAt === null ? null : toEpochMs(token.expiresAt);
    await keepPasskey(who, { credential: passkey, tokenId: token.tokenId, expiresAt: until, current }, deps);
  };
  await changeToken(change, { token: sealed.token, makeReady }, deps);
  return sealed;
}
