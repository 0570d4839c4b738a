import type { Json, JsonObject } from '../../src/base/json.js';
import type { HookDecision } from '../../src/core/decide.js';
import { type FaceErrorCode, type RefusalKind, refusals } from '../../src/errors.js';
import type { RawReply } from '../hook.js';
import type { OktaConnection } from './config.js';
import { faceClaim, type MintedToken, type RegistrationHook, type SamlHook, type TokenHook } from './schema.js';

/*
 * Okta mints the token unchanged on any status but 200, on malformed JSON and on a patch it cannot apply; so a refusal
 * is 200 with `error`, and a patch names nothing but the tokens being minted. The texts reach the application as
 * `error_description`: the code comes first, for programs, then the public text.
 */

const ok = (body: Json): RawReply => ({ status: 200, body });

const toSummary = (code: FaceErrorCode): string => `${code}: ${refusals[code].text}`;

const denyToken = (code: FaceErrorCode): RawReply => ok({ error: { errorSummary: toSummary(code) } });

/** Where in a call of the registration hook the receipt of somebody who signs up is. */
export const toReceiptLocation = (receiptField: string): string => `data.userProfile.${receiptField}`;

/** @param location - an attribute in the call: the sign-in widget shows a cause only where it names one */
const denyRegistration = (code: FaceErrorCode, location: string): RawReply =>
  ok({
    commands: [{ type: 'com.okta.action.update', value: { registration: 'DENY' } }],
    error: {
      errorSummary: toSummary(code),
      errorCauses: [
        {
          errorSummary: refusals[code].text,
          reason: code.toUpperCase(),
          locationType: 'body',
          location,
          domain: 'end-user',
        },
      ],
    },
  });

/** Where the receipt of somebody who signs up comes. */
export type Receipt = OktaConnection['okta']['registration'];

/** No token is at stake: whoever called is not Okta. */
const untrusted: RawReply = { status: 401, body: null };

/**
 * What the hook says for each kind of refusal. Everything about a person's enrolment looks alike; what an administrator has
 * to mend is told apart.
 */
const saidByKind = {
  caller: 'caller_untrusted',
  request: 'request_malformed',
  photo: 'face_not_verified',
  unverified: 'face_not_verified',
  service: 'internal',
} as const satisfies Record<RefusalKind, FaceErrorCode>;

/** Those that an administrator can mend, or wait for. */
const saidByCode: Readonly<Partial<Record<FaceErrorCode, FaceErrorCode>>> = {
  body_too_large: 'body_too_large',
  not_found: 'not_found',
  method_not_allowed: 'method_not_allowed',
  event_out_of_time: 'event_out_of_time',
  connection_unknown: 'connection_unknown',
  overloaded: 'overloaded',
  upstream_unavailable: 'upstream_unavailable',
  upstream_malformed: 'upstream_malformed',
  profile_unavailable: 'profile_unavailable',
  state_unavailable: 'state_unavailable',
  key_service_unavailable: 'state_unavailable',
};

const toSaid = (code: FaceErrorCode): FaceErrorCode => saidByCode[code] ?? saidByKind[refusals[code].kind];

/** What a hook answers: `deny` has the shape of a refusal, given to all but strangers. */
const unlessUntrusted =
  (deny: (said: FaceErrorCode) => RawReply) =>
  (code: FaceErrorCode): RawReply =>
    refusals[code].kind === 'caller' ? untrusted : deny(toSaid(code));

/** A refusal as the token inline hook says it. */
export const toTokenHookRefusal = unlessUntrusted(denyToken);

/** A refusal as the registration inline hook says it. */
export const toRegistrationHookRefusal = (receiptField: string): ((code: FaceErrorCode) => RawReply) =>
  unlessUntrusted((said) => denyRegistration(said, toReceiptLocation(receiptField)));

/** A refusal as the SAML assertion inline hook says it: Okta documents no way to refuse, so nothing is added. */
export const toSamlHookRefusal = unlessUntrusted(() => passSaml);

/** A refusal as the password import inline hook says it: it has no `error`. */
export const toPasswordImportHookRefusal = unlessUntrusted(() => unverifiedPassword);

/** Okta tells an event once more after a 5xx, and not after a 4xx. What will never be understood is not asked for again. */
const eventStatusByKind = {
  caller: 401,
  request: 400,
  photo: 503,
  unverified: 503,
  service: 503,
} as const satisfies Record<RefusalKind, number>;

/** The first three are the statuses of HTTP; the others can be mended before Okta asks again. */
const eventStatusByCode: Readonly<Partial<Record<FaceErrorCode, number>>> = {
  body_too_large: 413,
  not_found: 404,
  method_not_allowed: 405,
  event_out_of_time: 503,
  connection_unknown: 503,
};

/** A refusal as an event hook says it. */
export const toEventHookRefusal = (code: FaceErrorCode): RawReply => ({
  status: eventStatusByCode[code] ?? eventStatusByKind[refusals[code].kind],
  body: null,
});

/**
 * The decision as the token inline hook says it. A claim of our name that was there before never outlives it.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/create-token-hook
 */
export function toTokenHookReply(decision: HookDecision, minted: Pick<TokenHook, 'identity' | 'access'>): RawReply {
  if (decision.outcome !== 'unverified')
    return ok({ commands: toCommands(minted, (token) => writeClaim(token, decision)) });
  if (decision.fallback === 'deny') return denyToken('face_not_verified');
  return toNoClaimReply(minted);
}

/** Lets the tokens through as they are. */
export const passToken: RawReply = ok({ commands: [] });

/** Lets the registration through. */
export const passRegistration: RawReply = ok({
  commands: [{ type: 'com.okta.action.update', value: { registration: 'ALLOW' } }],
});

/** Leaves the assertion as it is. */
export const passSaml: RawReply = ok({ commands: [] });

/** Okta asks for nothing but that the event was heard. */
export const passEvents: RawReply = { status: 204, body: null };

/** What was heard and is not done yet: Okta asks once more. */
export const unfinishedEvents: RawReply = { status: 503, body: null };

/** Proves to Okta that this address is ours. */
export const toVerification = (challenge: string): RawReply => ok({ verification: challenge });

const toPasswordImportReply = (credential: 'VERIFIED' | 'UNVERIFIED'): RawReply =>
  ok({ commands: [{ type: 'com.okta.action.update', value: { credential } }] });

/** Okta stores whatever was typed as the user's password, and never asks again. */
export const verifiedPassword: RawReply = toPasswordImportReply('VERIFIED');

/** Nobody is signed in; Okta asks again next time. */
export const unverifiedPassword: RawReply = toPasswordImportReply('UNVERIFIED');

/** Lets tokens through without the claim, whoever put one there. */
export const toNoClaimReply = (minted: Pick<TokenHook, 'identity' | 'access'>): RawReply =>
  ok({ commands: toCommands(minted, removeClaim) });

/**
 * The decision as the registration inline hook says it. A profile holds no claim that somebody could look for later, so
 * without a face check the answer is always no, except in shadow mode.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/create-registration-hook
 */
export const toRegistrationHookReply = (
  decision: HookDecision,
  { changed }: Pick<RegistrationHook, 'changed'>,
): RawReply =>
  decision.outcome !== 'unverified' || decision.fallback === 'pass'
    ? passRegistration
    : denyRegistration('face_not_verified', ['data.userProfileUpdate', ...changed.slice(0, 1)].join('.'));

/**
 * Lets somebody sign up, and takes the receipt out of the profile, if it goes there: it is used, and too long to keep. A
 * command about what is no attribute of the schema would fail the registration.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/create-registration-hook
 */
export const toNewcomerReply = ({ receiptField, receiptIn }: Receipt): RawReply =>
  receiptIn === 'form'
    ? passRegistration
    : ok({
        commands: [
          { type: 'com.okta.action.update', value: { registration: 'ALLOW' } },
          // As in the users API, null clears.
          { type: 'com.okta.user.profile.update', value: { [receiptField]: null } },
        ],
      });

const toStatement = (value: string): JsonObject => ({
  attributes: { NameFormat: 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic' },
  attributeValues: [{ attributes: { 'xsi:type': 'xs:string' }, value }],
});

/**
 * The decision as the SAML assertion inline hook says it. An attribute of our name that the application already has
 * cannot be removed; it says `unverified` then.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/createSAMLAssertionInlineHook
 */
export function toSamlHookReply(decision: HookDecision, { hasFaceClaim }: Pick<SamlHook, 'hasFaceClaim'>): RawReply {
  if (decision.outcome === 'unverified' && !hasFaceClaim) return passSaml;
  const op = hasFaceClaim ? 'replace' : 'add';
  const operation = { op, path, value: toStatement(decision.outcome) };
  return ok({ commands: [{ type: 'com.okta.assertion.patch', value: [operation] }] });
}

const path = `/claims/${faceClaim}`;

// `add` fails where the claim is there, `replace` and `remove` where it is not; one failed operation voids all.
const writeClaim = ({ hasFaceClaim }: MintedToken, decision: Passed): JsonObject => ({
  op: hasFaceClaim ? 'replace' : 'add',
  path,
  value: toClaim(decision),
});

/** An object: Okta's contract has no booleans. */
function toClaim(decision: Passed): JsonObject {
  const { outcome: result, at, stepUpId: txn } = decision;
  const isMeasured = decision.outcome === 'verified' && decision.liveness !== null;
  return { result, at, txn, ...(isMeasured ? { liveness: decision.liveness } : {}) };
}

const removeClaim = ({ hasFaceClaim }: MintedToken): JsonObject | null =>
  hasFaceClaim ? { op: 'remove', path } : null;

type Passed = Exclude<HookDecision, { outcome: 'unverified' }>;

function toCommands(
  { identity, access }: Pick<TokenHook, 'identity' | 'access'>,
  toOperation: (token: MintedToken) => JsonObject | null,
): JsonObject[] {
  const patches = [
    { type: 'com.okta.identity.patch', operation: identity && toOperation(identity) },
    { type: 'com.okta.access.patch', operation: access && toOperation(access) },
  ];
  return patches.flatMap(({ type, operation }) => (operation === null ? [] : [{ type, value: [operation] }]));
}
