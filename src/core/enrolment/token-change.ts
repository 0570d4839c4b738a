import { FaceError, type FaceErrorCode, toCode } from '../../errors.js';
import type { AuditDetail } from '../audit-events.js';
import type { SealedToken } from '../concealed.js';
import { type ConnectedSubject, readTokenIfAny, toSubjectRef } from '../connection.js';
import type { CoreDeps } from '../deps.js';
import { forgetPersonalData } from '../personal-data/registry.js';
import type { Sealed, TokenName } from '../ports.js';
import { toEpochMs, toIso } from '../units.js';
import { untilDone } from '../until-done.js';
import { confirmConsent, readConsent, restoreConsent } from './consent.js';
import { denyToken, identifyWhereSound, isDenied } from './deny-list.js';
import { confirmPasskey, restorePasskey } from './passkey-record.js';
import { revokeSubject } from './revoke.js';

/*
 * A token on its way into a profile. The provider knows no transactions, so each step is undone or finished by what the
 * profile says: the audit trail notes the beginning, the records are made ready, the token is written, and the end is noted.
 * Whatever fails or dies in between, the profile is read: the token stands there, and all else is brought in line with it;
 * or it does not, and all else is put back.
 */

/** A change of the token in one profile. All of it is public, and stands in the audit trail. */
export interface TokenChange extends ConnectedSubject {
  /** `renewal`: the same face under the same consent, sealed anew. */
  readonly kind: 'enrolment' | 'renewal';
  readonly token: TokenName;
  readonly photos: number;
  /** What stood in the profile before, and is denied from then on; `null`: no token. */
  readonly former: Pick<TokenName, 'tokenId' | 'expiresAt'> | null;
}

/** @param sealed - the token that is to take the place of `former` */
export function toTokenChange(
  change: Pick<TokenChange, 'connection' | 'subject' | 'kind'> & {
    readonly sealed: Sealed;
    readonly former: SealedToken | null;
  },
  deps: Pick<CoreDeps, 'verifier'>,
): TokenChange {
  const { connection, subject, kind, sealed, former } = change;
  const token = toName(deps.verifier.identify(sealed.token));
  const found = identifyWhereSound(former, deps);
  return { connection, subject, kind, token, photos: sealed.photos, former: found === null ? null : toName(found) };
}

/** Without the token itself: a change that is reconciled later is kept until then. */
const toName = ({ tokenId, expiresAt, keyVersion }: TokenName): TokenName => ({ tokenId, expiresAt, keyVersion });

const detailOf = ({ kind, token, photos, former }: TokenChange): AuditDetail<'enrolment_begun'> => ({
  tokenId: token.tokenId,
  keyVersion: token.keyVersion,
  photos,
  kind,
  expiresAt: isoOf(token),
  former: former?.tokenId ?? null,
  formerExpiresAt: former === null ? null : isoOf(former),
});

const isoOf = ({ expiresAt }: Pick<TokenName, 'expiresAt'>): string | null =>
  expiresAt === null ? null : toIso(toEpochMs(expiresAt));

/**
 * Writes a token to a profile, and denies the one that stood there. Where the provider's answer got lost, the profile says
 * whether it was written; where that does not answer either, it is found out later, and the caller is told what went wrong.
 * @param makeReady - makes the records ready that go with the token
 * @throws FaceError what `makeReady` throws, `subject_unknown`, `profile_unavailable`, `state_unavailable`;
 *   `enrolment_changed`: overtaken by another change of the same user
 */
export async function changeToken(
  change: TokenChange,
  { token, makeReady }: { readonly token: SealedToken; readonly makeReady: () => Promise<void> },
  deps: CoreDeps,
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
    deps.log.warn('token change not settled yet', { connection: connection.id, subject, code: toCode(error) });
    reconcileLater(change, deps);
    throw failure === null ? error : failure.error;
  });
  if (!stands) throw failure === null ? new FaceError(code) : failure.error;
}

/**
 * Reconciles a change that was left open, by what the profile says now: as often as it takes, in the background. What a process that is
 * told to end leaves open is reconciled at the next start.
 * @returns settles with the change
 */
export async function reconcileLater(change: TokenChange, deps: CoreDeps): Promise<void> {
  const { connection, subject } = change;
  await untilDone(
    async () => {
      const stands = await reconcile(change, { isWritten: false, isLate: true, code: 'internal' }, deps);
      deps.log.info('token change settled late', { connection: connection.id, subject, stands });
    },
    (error) =>
      deps.log.warn('token change not settled yet', { connection: connection.id, subject, code: toCode(error) }),
  );
}

/**
 * Brings all else in line with what stands in the profile, and notes the end. Doing it again changes nothing more.
 * @param outcome.isWritten - the provider said so; else the profile is read
 * @param outcome.isLate - by whoever did not begin it
 * @param outcome.code - why it is refused, where it does not stand
 * @returns whether the token stands
 */
async function reconcile(
  change: TokenChange,
  { isWritten, isLate, code }: { readonly isWritten: boolean; readonly isLate: boolean; readonly code: FaceErrorCode },
  deps: CoreDeps,
): Promise<boolean> {
  const { connection, subject, kind, token, former } = change;
  const who = toSubjectRef(change);
  const mayStay = await isInForce(change, deps);
  const stands = (isWritten && mayStay) || (await readCurrentId(change, deps)) === token.tokenId;
  if (stands && mayStay) {
    if (former !== null) await denyToken(former, deps);
    await confirmConsent(who, token.tokenId, deps);
    if (kind === 'enrolment') {
      await forgetPersonalData({ connection, subject }, ['enrolment'], deps);
      await confirmPasskey(who, token.tokenId, deps);
    }
    await note(change, isLate ? 'enrolment_recovered' : kind === 'enrolment' ? 'enrolled' : 'renewed', deps);
    return true;
  }
  // A write that lands after all brings nothing: its token is denied.
  await denyToken(token, deps);
  // It was written over whatever came in between, or after the end of the enrolment: then nobody is enrolled.
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

/** Public id of the token in the profile; `null`: none, or no such user. */
async function readCurrentId({ connection, subject }: TokenChange, deps: CoreDeps): Promise<string | null> {
  return identifyWhereSound(await readTokenIfAny(connection, subject), deps)?.tokenId ?? null;
}

/**
 * Whether a token that stands in the profile may stay: it was not denied, and the consent names it, or names one that is
 * about to take its place.
 */
async function isInForce(change: TokenChange, deps: CoreDeps): Promise<boolean> {
  const { kind, token, former } = change;
  if (await isDenied(token.tokenId, deps)) return false;
  const consent = await readConsent(toSubjectRef(change), deps);
  if (consent !== null) {
    const named = [consent.tokenId, consent.replaces?.tokenId];
    return consent.withdrawnAt === null && named.includes(token.tokenId);
  }
  // Without a consent record, as after a loss of the store, whoever ended the enrolment has denied what they found.
  return kind === 'enrolment' || former === null || !(await isDenied(former.tokenId, deps));
}

async function note(
  change: TokenChange,
  action: 'enrolment_begun' | 'enrolled' | 'renewed' | 'enrolment_recovered',
  { audit }: CoreDeps,
): Promise<void> {
  await audit.append({ action, ...toSubjectRef(change), detail: detailOf(change) });
}
