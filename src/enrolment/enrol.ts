import type { AuditDetail } from '../core/audit-events.js';
import { bindingOf, type ConnectedSubject, readTokenIfAny, type SubjectRef, toSubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import type { EnrolmentDocument, EnrolmentProof } from '../core/enrolment-proof.js';
import type { QueueShare } from '../core/fair-queue.js';
import type { EnrolRequest, PasskeyCredential, Sealed, TokenName } from '../core/ports.js';
import { retryUntilDone } from '../core/resilience.js';
import type { Photo, SealedToken, UserSecret } from '../core/secrets.js';
import { addSec, secondsPerDay, toEpochMs, toEpochSec, toIso } from '../core/units.js';
import { FaceError, type FaceErrorCode, toCode } from '../errors.js';
import { isUsable, type ProvenEnrolment } from './company-photo.js';
import {
  type Consent,
  checkConsent,
  confirmConsent,
  findConsent,
  nameInConsent,
  readConsent,
  restoreConsent,
} from './consent.js';
import { denyToken, identifyIfToken, isDenied } from './deny-list.js';
import { confirmPasskey, keepPasskey, restorePasskey } from './passkey-record.js';
import { forgetPersonalData, noteEnrolment, revokeSubject } from './revoke.js';

/*
 * A token change in a profile. Providers have no transactions, so the start is recorded in the audit log, then records
 * are prepared, the token is written, and the end is recorded. After a crash, the records are completed or restored to
 * match the profile.
 */

/** A token change. All of its data is public and is in the audit log. */
interface TokenChange extends ConnectedSubject {
  /** A `renewal` seals the same face again, under the same consent. */
  readonly kind: 'enrolment' | 'renewal';
  readonly token: TokenName;
  readonly photos: number;
  readonly former: Pick<TokenName, 'tokenId' | 'expiresAt'> | null;
  /** Absent for a renewal, which changes nothing about it. */
  readonly proof?: EnrolmentProof | undefined;
  readonly document?: EnrolmentDocument | undefined;
}

export function toTokenChange(
  change: Pick<TokenChange, 'connection' | 'subject' | 'kind' | 'proof' | 'document'> & {
    readonly sealed: Sealed;
    readonly former: SealedToken | null;
  },
  deps: Ports<'verifier'>,
): TokenChange {
  const { connection, subject, kind, proof, document, sealed, former } = change;
  const token = toName(deps.verifier.identify(sealed.token));
  const found = identifyIfToken(former, deps);
  return {
    connection,
    subject,
    kind,
    proof,
    document,
    token,
    photos: sealed.photos,
    former: found === null ? null : toName(found),
  };
}

const toName = ({ tokenId, expiresAt, keyVersion }: TokenName): TokenName => ({ tokenId, expiresAt, keyVersion });

const detailOf = ({ kind, proof, document, token, photos, former }: TokenChange): AuditDetail<'enrolment_begun'> => ({
  tokenId: token.tokenId,
  keyVersion: token.keyVersion,
  photos,
  kind,
  expiresAt: isoOf(token),
  former: former?.tokenId ?? null,
  formerExpiresAt: former === null ? null : isoOf(former),
  proof,
  document,
});

const isoOf = ({ expiresAt }: Pick<TokenName, 'expiresAt'>): string | null =>
  expiresAt === null ? null : toIso(toEpochMs(expiresAt));

/**
 * Writes a token to a profile and denies the previous one. If the provider's answer is lost, the profile is read to
 * find the outcome, with retries in the background.
 * @throws what `makeReady` throws, `subject_unknown`, `profile_unavailable`, `state_unavailable`; `enrolment_changed`
 * after a concurrent change
 */
export async function changeToken(
  change: TokenChange,
  { token, makeReady }: { readonly token: SealedToken; readonly makeReady: () => Promise<void> },
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'log' | 'verifier' | 'settings'>,
): Promise<void> {
  const { connection, subject } = change;
  await note(change, 'enrolment_begun', deps);
  const failure = await makeReady()
    .then(() => connection.profile.writeToken(subject, token))
    .then(
      () => null,
      (error: unknown) => ({ error }),
    );
  const code = failure === null ? 'enrolment_changed' : toCode(failure.error);
  const stands = await reconcile(change, { isWritten: failure === null, isLate: false, code }, deps).catch((error) => {
    deps.log.warn('token change not yet committed', { connection: connection.id, subject, code: toCode(error) });
    reconcileLater(change, deps);
    throw failure === null ? error : failure.error;
  });
  if (!stands) throw failure === null ? new FaceError(code) : failure.error;
}

/**
 * Completes or undoes an open change in the background. If the server stops, its next start continues.
 * @returns a promise that resolves when the change is completed or undone
 */
async function reconcileLater(
  change: TokenChange,
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'log' | 'verifier' | 'settings'>,
): Promise<void> {
  const { connection, subject } = change;
  await retryUntilDone(
    async () => {
      const stands = await reconcile(change, { isWritten: false, isLate: true, code: 'internal' }, deps);
      deps.log.info('token change committed late', { connection: connection.id, subject, stands });
    },
    (error) =>
      deps.log.warn('token change not yet committed', { connection: connection.id, subject, code: toCode(error) }),
  );
}

/**
 * Completes or restores all records to match the profile, and records the end in the audit log. Idempotent.
 * @param outcome.isWritten - true if the provider confirmed the write; if false, the profile is read
 * @param outcome.code - error to record if the token is not in the profile
 * @returns true if the token is in the profile and may stay
 */
async function reconcile(
  change: TokenChange,
  { isWritten, isLate, code }: { readonly isWritten: boolean; readonly isLate: boolean; readonly code: FaceErrorCode },
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'verifier' | 'settings'>,
): Promise<boolean> {
  const { connection, subject, kind, token, former } = change;
  const who = toSubjectRef(change);
  const mayStay = await isInForce(change, deps);
  const stands = (isWritten && mayStay) || (await readCurrentId(change, deps)) === token.tokenId;
  if (stands && mayStay) {
    if (former !== null) await denyToken(former, deps);
    await confirmConsent(who, token.tokenId, deps);
    if (kind === 'enrolment') {
      await noteEnrolment(who, deps);
      await forgetPersonalData({ connection, subject }, ['enrolment'], deps);
      await confirmPasskey(who, token.tokenId, deps);
    }
    await note(change, isLate ? 'enrolment_recovered' : kind === 'enrolment' ? 'enrolled' : 'renewed', deps);
    return true;
  }
  // If a delayed write of this token still arrives, the denial makes it harmless.
  await denyToken(token, deps);
  // The write has overwritten a concurrent change, or arrived after the enrolment ended.
  if (stands) {
    if (former !== null) await denyToken(former, deps);
    await revokeSubject({ connection, subject }, deps);
  }
  await restoreConsent(who, token.tokenId, deps);
  await restorePasskey(who, token.tokenId, deps);
  const detail = { ...detailOf(change), code, recovered: isLate };
  await deps.audit.append({ action: 'enrolment_refused', ...who, detail });
  return false;
}

async function readCurrentId({ connection, subject }: TokenChange, deps: Ports<'verifier'>): Promise<string | null> {
  return identifyIfToken(await readTokenIfAny(connection, subject), deps)?.tokenId ?? null;
}

/**
 * Returns true if the token may stay in the profile. The token must not be denied, and the consent record must name it
 * as current or previous token.
 */
async function isInForce(change: TokenChange, deps: Ports<'state'>): Promise<boolean> {
  const { kind, token, former } = change;
  if (await isDenied(token.tokenId, deps)) return false;
  const consent = await readConsent(toSubjectRef(change), deps);
  if (consent !== null) {
    const named = [consent.tokenId, consent.replaces?.tokenId];
    return consent.withdrawnAt === null && named.includes(token.tokenId);
  }
  // If there is no consent record, the store may have lost it. A renewed token must still be removed if the previous
  // token was denied, because that denial shows that the enrolment has ended.
  return kind === 'enrolment' || former === null || !(await isDenied(former.tokenId, deps));
}

async function note(
  change: TokenChange,
  action: 'enrolment_begun' | 'enrolled' | 'renewed' | 'enrolment_recovered',
  { audit }: Ports<'audit'>,
): Promise<void> {
  await audit.append({ action, ...toSubjectRef(change), detail: detailOf(change) });
}

/** A token change that the audit log shows as started but not as ended. */
export interface OpenChange extends SubjectRef, Omit<TokenChange, keyof SubjectRef> {}

/**
 * After a crash, completes or undoes open token changes to match the profiles, with retries. Later changes by other
 * replicas are not undone.
 * @param open - changes in this replica's own audit log that began before the server started
 */
export async function recoverEnrolments(
  open: readonly OpenChange[],
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'log' | 'verifier' | 'settings' | 'connections'>,
): Promise<void> {
  const recover = async ({ connection: id, ...change }: OpenChange): Promise<void> => {
    const connection = deps.connections.get(id);
    if (connection === undefined) deps.log.warn('enrolment left pending: unknown connection', { connection: id });
    else await reconcileLater({ ...change, connection }, deps);
  };
  await Promise.all(open.map(recover));
}

/** Creates a token for a caller that stores it. @throws the codes of `Verifier` */
export async function enrolToken(request: EnrolRequest, deps: Ports<'audit' | 'verifier'>): Promise<Sealed> {
  const sealed = await seal(request, deps);
  const { tenant: connection, subject } = request.binding;
  const { tokenId, photos, expiresAt, hasFewPhotos: weak } = sealed;
  const { keyVersion } = deps.verifier.identify(sealed.token);
  const until = expiresAt === null ? null : toIso(toEpochMs(expiresAt));
  const detail = { tokenId, keyVersion, photos, expiresAt: until, former: null, weak };
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
 * @throws `consent_missing`, `enrolment_exists`, `subject_unknown`, `profile_unavailable`, `state_unavailable`, the
 * codes of `Verifier`;
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
    /** Only of the proof `document`. */
    readonly document?: EnrolmentDocument | null;
  } & Pick<ProvenEnrolment, 'proof' | 'mayReplace'>,
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'log' | 'verifier' | 'settings'>,
): Promise<Sealed> {
  const {
    connection,
    subject,
    photos,
    secret,
    passkey = null,
    consent,
    proof,
    document = null,
    mayReplace,
    share,
  } = request;
  const { enrolmentDays } = connection.policy;
  const now = deps.clock.now();
  const who = toSubjectRef(request);
  checkConsent(consent, now);
  // The consent record is read before the profile, so that a concurrent change is detected.
  const found = await findConsent(who, deps);
  const former = await connection.profile.readToken(subject);
  // Decided on the token that is replaced, because another enrolment may have ended since the proof.
  if (!mayReplace && (await isUsable(former, deps))) throw new FaceError('enrolment_exists');
  const binding = bindingOf(connection, subject);
  const expiresAt = enrolmentDays === null ? null : toEpochSec(addSec(now, enrolmentDays * secondsPerDay));
  const sealed = await seal({ photos, binding, secret, expiresAt, share }, deps);
  const change = toTokenChange(
    { connection, subject, kind: 'enrolment', proof, document: document ?? undefined, sealed, former },
    deps,
  );
  const current = change.former?.tokenId ?? null;
  const makeReady = async (): Promise<void> => {
    const token = change.token;
    await nameInConsent(who, { consent, proof, document, enrolledAt: now, token, found, current }, deps);
    if (passkey === null) return;
    const until = token.expiresAt === null ? null : toEpochMs(token.expiresAt);
    await keepPasskey(who, { credential: passkey, tokenId: token.tokenId, expiresAt: until, current }, deps);
  };
  await changeToken(change, { token: sealed.token, makeReady }, deps);
  return sealed;
}
