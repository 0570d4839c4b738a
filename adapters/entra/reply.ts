import type { Json, JsonObject } from '../../src/base/json.js';
import type { Policy, UnverifiedPolicy } from '../../src/core/connection.js';
import type { HookDecision } from '../../src/core/decide.js';
import { livenessBoundary } from '../../src/core/ports.js';
import { type FaceErrorCode, type RefusalKind, refusals } from '../../src/errors.js';
import type { RawReply } from '../hook.js';

/*
 * Every reply that Entra goes on with is 200 with exactly one action. tokenIssuanceStart has no action that blocks; on any
 * other status the application gets an error and no token. Claims are texts or lists of texts, never booleans.
 */

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

/** Nothing is at stake: whoever called is not Entra. */
const untrusted: RawReply = { status: 401, body: null };

/**
 * The names of our claims, as a claims mapping policy has to spell them, and what each is called in a token.
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/custom-claims-provider-reference
 */
export const claimNames = {
  faceVerified: 'face_verified',
  faceVerifiedAt: 'face_verified_at',
  faceMethods: 'face_methods',
} as const;

/** Issues the token and says that no face was verified. That an empty set of claims is accepted is not documented. */
export const notVerified: RawReply = toTokenReply('provideClaimsForToken', { claims: { faceVerified: 'false' } });

/** The token, where the administrator lets a code count: it says that no face was verified, and what was (RFC 8176). */
const verifiedAnotherWay: RawReply = toTokenReply('provideClaimsForToken', {
  claims: { faceVerified: 'false', faceMethods: ['otp'] },
});

/** Goes on to the form of the sign-up. */
export const continueSignUp: RawReply = toStartReply('continueWithDefaultBehavior');

/** Goes on with the sign-up, with the receipt wiped off: it is longer than the directory would store. */
export const toReceiptTakenReply = (receiptAttribute: string): RawReply =>
  toSubmitReply('modifyAttributeValues', { attributes: { [receiptAttribute]: '' } });

/** Who is to blame for a refusal, which is all that decides its shape. */
const causes = {
  caller: 'caller',
  request: 'request',
  photo: 'face',
  unverified: 'face',
  service: 'service',
} as const satisfies Record<RefusalKind, 'caller' | 'face' | 'request' | 'service'>;

const toCause = (code: FaceErrorCode) => causes[refusals[code].kind];

/** Not 200: the application gets an error in place of the token. */
const stopSignIn = (status: 403 | 503): RawReply => ({ status, body: null });

const toUnverifiedReply = (policy: UnverifiedPolicy, status: 403 | 503): RawReply =>
  policy === 'deny' ? stopSignIn(status) : notVerified;

/** A refusal as tokenIssuanceStart says it: the token without a verified face, or, where the policy denies, no token. */
export const createTokenIssuanceRefusal =
  ({ whenUnverified, whenUnavailable }: Policy) =>
  (code: FaceErrorCode): RawReply => {
    if (toCause(code) === 'caller') return untrusted;
    if (toCause(code) === 'service') return toUnverifiedReply(whenUnavailable, 503);
    return toUnverifiedReply(whenUnverified, 403);
  };

/**
 * The decision as tokenIssuanceStart says it.
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/custom-claims-provider-reference
 */
export function toTokenIssuanceReply(decision: HookDecision): RawReply {
  if (decision.outcome === 'unverified') return decision.fallback === 'deny' ? stopSignIn(403) : notVerified;
  if (decision.outcome === 'another_way') return verifiedAnotherWay;
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

/** What a person who signs up is told. */
const toBlockMessage = (code: FaceErrorCode): string =>
  toCause(code) === 'service'
    ? 'The face check cannot be confirmed at this moment. Try again later.'
    : refusals.face_not_verified.text;

/**
 * The decision as attributeCollectionStart says it.
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/custom-extension-onattributecollectionstart-retrieve-return-data
 */
export const toAttributeCollectionStartReply = (decision: HookDecision): RawReply =>
  decision.outcome !== 'unverified' || decision.fallback === 'pass'
    ? continueSignUp
    : toAttributeCollectionStartRefusal('face_not_verified');

/** A refusal as attributeCollectionStart says it. */
export const toAttributeCollectionStartRefusal = (code: FaceErrorCode): RawReply =>
  toCause(code) === 'caller'
    ? untrusted
    : toStartReply('showBlockPage', { title: blockTitle, message: toBlockMessage(code) });

/** A refusal as attributeCollectionSubmit says it: at the field, where the person can bring a new receipt. */
export const createAttributeCollectionSubmitRefusal =
  (receiptAttribute: string) =>
  (code: FaceErrorCode): RawReply => {
    if (toCause(code) === 'caller') return untrusted;
    const message = toBlockMessage(code);
    return toCause(code) === 'face'
      ? toSubmitReply('showValidationError', { message, attributeErrors: { [receiptAttribute]: message } })
      : toSubmitReply('showBlockPage', { title: blockTitle, message });
  };
