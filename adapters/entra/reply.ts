import { type RawReply, untrusted } from '../../src/connections/hook.js';
import type { HookDecision } from '../../src/connections/hook-decision.js';
import type { JsonObject } from '../../src/core/base/json.js';
import type { Policy } from '../../src/core/connection.js';
import { livenessBoundary } from '../../src/core/ports.js';
import type { UnverifiedPolicy } from '../../src/core/rules/rule.js';
import { type FaceErrorCode, type Json, type RefusalKind, refusals } from '../../src/errors.js';

/* Entra accepts only status 200 with exactly one action. Claims are texts or lists of texts. */

const ok = (body: Json): RawReply => ({ status: 200, body });

const toReply = (event: 'TokenIssuanceStart' | 'AttributeCollectionStart' | 'AttributeCollectionSubmit') => {
  const action = `microsoft.graph.${event[0]?.toLowerCase()}${event.slice(1)}`;
  return (name: string, fields: JsonObject = {}): RawReply =>
    ok({
      data: {
        '@odata.type': `microsoft.graph.on${event}ResponseData`,
        actions: [{ '@odata.type': `${action}.${name}`, ...fields }],
      },
    });
};

const toTokenReply = toReply('TokenIssuanceStart');
const toStartReply = toReply('AttributeCollectionStart');
const toSubmitReply = toReply('AttributeCollectionSubmit');

/**
 * Our claims in the claims mapping policy, and their names in tokens.
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/custom-claims-provider-reference
 */
export const claimNames = {
  faceVerified: 'face_verified',
  faceVerifiedAt: 'face_verified_at',
  faceMethods: 'face_methods',
} as const;

/** Issues the token with `face_verified: false`, because Entra does not document that it accepts empty claims. */
export const notVerified: RawReply = toTokenReply('provideClaimsForToken', { claims: { faceVerified: 'false' } });

export const continueSignUp: RawReply = toStartReply('continueWithDefaultBehavior');

/** Continues the sign-up and clears the receipt, which is too long for the directory. */
export const toReceiptTakenReply = (receiptAttribute: string): RawReply =>
  toSubmitReply('modifyAttributeValues', { attributes: { [receiptAttribute]: '' } });

const kindOf = (code: FaceErrorCode): RefusalKind => refusals[code].kind;

/** Gives the application an error instead of the token. */
const stopSignIn = (status: 403 | 503): RawReply => ({ status, body: null });

const toUnverifiedReply = (policy: UnverifiedPolicy, status: 403 | 503): RawReply =>
  policy === 'deny' ? stopSignIn(status) : notVerified;

export const createTokenIssuanceRefusal =
  ({ whenUnverified, whenUnavailable }: Policy) =>
  (code: FaceErrorCode): RawReply => {
    if (kindOf(code) === 'caller') return untrusted;
    if (kindOf(code) === 'service') return toUnverifiedReply(whenUnavailable, 503);
    return toUnverifiedReply(whenUnverified, 403);
  };

export function toTokenIssuanceReply(decision: HookDecision): RawReply {
  if (decision.outcome === 'unverified') return decision.fallback === 'deny' ? stopSignIn(403) : notVerified;
  // No face: the method (RFC 8176) is that of a code or a passkey.
  if (decision.outcome === 'another_way')
    return toTokenReply('provideClaimsForToken', { claims: { faceVerified: 'false', faceMethods: decision.methods } });
  const { at, liveness } = decision;
  return toTokenReply('provideClaimsForToken', {
    claims: {
      faceVerified: 'true',
      faceVerifiedAt: String(at),
      faceMethods: liveness !== null && liveness >= livenessBoundary ? ['face', 'liveness'] : ['face'],
    },
  });
}

const blockTitle = 'Sign-up needs a face check';

const toBlockMessage = (code: FaceErrorCode): string =>
  kindOf(code) === 'service'
    ? 'The face check cannot be confirmed at this moment. Try again later.'
    : refusals.face_not_verified.text;

export const toAttributeCollectionStartReply = (decision: HookDecision): RawReply =>
  decision.outcome !== 'unverified' || decision.fallback === 'pass'
    ? continueSignUp
    : toAttributeCollectionStartRefusal('face_not_verified');

export const toAttributeCollectionStartRefusal = (code: FaceErrorCode): RawReply =>
  kindOf(code) === 'caller'
    ? untrusted
    : toStartReply('showBlockPage', { title: blockTitle, message: toBlockMessage(code) });

/** A face problem is shown at the form field, so that the user can submit a new receipt. */
export const createAttributeCollectionSubmitRefusal =
  (receiptAttribute: string) =>
  (code: FaceErrorCode): RawReply => {
    if (kindOf(code) === 'caller') return untrusted;
    const message = toBlockMessage(code);
    return ['photo', 'unverified'].includes(kindOf(code))
      ? toSubmitReply('showValidationError', { message, attributeErrors: { [receiptAttribute]: message } })
      : toSubmitReply('showBlockPage', { title: blockTitle, message });
  };
