import { bindingOf, type ConnectedSubject, type Connection, readTokenIfAny, toSubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { attemptsOfAllAnonymous } from '../core/limits/attempts.js';
import { capLockout } from '../core/limits/lockout.js';
import type { Accuracy, Binding, Sealed, Verdict } from '../core/ports.js';
import type { QueueShare } from '../core/queue-share.js';
import type { Photo, SealedToken, UserSecret } from '../core/secrets.js';
import { findConsent, nameInConsent } from '../enrolment/consent.js';
import { changeToken, toTokenChange } from '../enrolment/token-change.js';
import { FaceError, toCode } from '../errors.js';
import { type CheckRules, verifyPerson } from '../verification/verify.js';

/** A token that the caller stores, instead of a profile. */
export interface CallerHeldToken {
  readonly token: SealedToken;
  readonly binding: Binding;
}

/**
 * Verifies photos against the token of a profile or of the caller. Stores the token in the profile if it was renewed.
 * @param request.connection - `null` only with the caller's token
 * @throws `connection_unknown`, `profile_unavailable`, and as `verifyPerson`
 */
export async function checkFace(
  request: {
    readonly connection: Connection | null;
    readonly subject: string;
    readonly callerHeldToken: CallerHeldToken | null;
    readonly photos: readonly Photo[];
    readonly secret: UserSecret | null;
    readonly share: QueueShare;
  } & CheckRules,
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'log' | 'verifier' | 'settings'>,
): Promise<{ verdict: Verdict; accuracy: Accuracy }> {
  const { connection, subject, callerHeldToken, photos, secret, share, ...rules } = request;
  const requireLiveness = connection?.policy.liveness === 'passive';
  if (callerHeldToken !== null) {
    const { token, binding } = callerHeldToken;
    const request = { photos, token, binding, secret, requireLiveness, allowRenewal: false, share };
    return { verdict: await verifyPerson(request, rules, deps), accuracy: binding.accuracy };
  }
  if (connection === null) throw new FaceError('connection_unknown');
  const token = await readTokenIfAny(connection, subject);
  const binding = bindingOf(connection, subject);
  const verdict = await verifyPerson(
    { photos, token, binding, secret, requireLiveness, allowRenewal: true, share },
    rules,
    deps,
  );
  if (verdict.matched && rules.anonymousSource === null) await capLockout(attemptsOfAllAnonymous(binding), deps);
  if (verdict.matched && verdict.renewed !== null && token !== null) {
    await renewToken({ connection, subject, former: token, sealed: verdict.renewed }, deps);
  }
  return { verdict, accuracy: binding.accuracy };
}

/**
 * Stores a renewed token, unless the previous token was replaced or revoked meanwhile. On failure the previous token
 * stays valid.
 */
async function renewToken(
  renewal: ConnectedSubject & {
    readonly former: SealedToken;
    readonly sealed: Sealed;
  },
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'log' | 'verifier' | 'settings'>,
): Promise<void> {
  const { connection, sealed } = renewal;
  const who = toSubjectRef(renewal);
  try {
    const change = toTokenChange({ ...renewal, kind: 'renewal' }, deps);
    const current = change.former?.tokenId ?? null;
    const found = await findConsent(who, deps);
    const makeReady = async (): Promise<void> => {
      // A renewal keeps the consent. If the store has lost the consent record, the token is renewed without it.
      if (found === null) return;
      const { record: consent } = found;
      if (consent.tokenId !== current) throw new FaceError('enrolment_changed');
      await nameInConsent(who, { consent, token: change.token, found, current }, deps);
    };
    await changeToken(change, { token: sealed.token, makeReady }, deps);
  } catch (error) {
    deps.log.warn('cannot store the renewed token', { connection: connection.id, code: toCode(error) });
  }
}
