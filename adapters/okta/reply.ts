import { type RawReply, untrusted } from '../../src/connections/hook.js';
import type { HookDecision } from '../../src/connections/hook-decision.js';
import type { JsonObject } from '../../src/core/base/json.js';
import { type FaceErrorCode, type Json, type RefusalKind, refusals } from '../../src/errors.js';
import type { OktaConnection } from './config.js';
import { faceClaim, type MintedToken, type RegistrationHook, type SamlHook, type TokenHook } from './schema.js';

/*
 * If the status is not 200, or a patch fails, Okta issues the token unchanged. A refusal is therefore a 200 with
 * `error`, and patches name only tokens that are being issued.
 */

const ok = (body: Json): RawReply => ({ status: 200, body });

const toSummary = (code: FaceErrorCode): string => `${code}: ${refusals[code].text}`;

const denyToken = (code: FaceErrorCode): RawReply => ok({ error: { errorSummary: toSummary(code) } });

const toReceiptLocation = (receiptField: string): string => `data.userProfile.${receiptField}`;

/**
 * @param location - field of the request to which the error belongs; without it, Okta's sign-in widget does not show
 * the cause
 */
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

export type Receipt = OktaConnection['okta']['registration'];

/**
 * Code that users may see, by kind of refusal. It does not reveal if a user is enrolled. Faults that an administrator
 * can fix have other codes.
 */
const saidByKind = {
  caller: 'caller_untrusted',
  request: 'request_malformed',
  photo: 'face_not_verified',
  unverified: 'face_not_verified',
  service: 'internal',
} as const satisfies Record<RefusalKind, FaceErrorCode>;

const saidAsIs: ReadonlySet<FaceErrorCode> = new Set([
  'body_too_large',
  'not_found',
  'method_not_allowed',
  'event_out_of_time',
  'connection_unknown',
  'overloaded',
  'upstream_unavailable',
  'upstream_malformed',
  'profile_unavailable',
  'state_unavailable',
]);

function toSaid(code: FaceErrorCode): FaceErrorCode {
  if (code === 'key_service_unavailable') return 'state_unavailable';
  return saidAsIs.has(code) ? code : saidByKind[refusals[code].kind];
}

const unlessUntrusted =
  (deny: (said: FaceErrorCode) => RawReply) =>
  (code: FaceErrorCode): RawReply =>
    refusals[code].kind === 'caller' ? untrusted : deny(toSaid(code));

export const toTokenHookRefusal = unlessUntrusted(denyToken);

export const toRegistrationHookRefusal = (receiptField: string): ((code: FaceErrorCode) => RawReply) =>
  unlessUntrusted((said) => denyRegistration(said, toReceiptLocation(receiptField)));

/** Leaves the assertion unchanged, because Okta documents no way to refuse it. */
export const toSamlHookRefusal = unlessUntrusted(() => allowSaml);

export const toPasswordImportHookRefusal = unlessUntrusted(() => unverifiedPassword);

/** HTTP status by kind of refusal. Okta repeats an event once after a 5xx, but not after a 4xx. */
const eventStatusByKind = {
  caller: 401,
  request: 400,
  photo: 503,
  unverified: 503,
  service: 503,
} as const satisfies Record<RefusalKind, number>;

/**
 * HTTP status for single codes. A 503 makes Okta retry once, because the clock or the configuration may be right by
 * then.
 */
const eventStatusByCode: Readonly<Partial<Record<FaceErrorCode, number>>> = {
  body_too_large: 413,
  not_found: 404,
  method_not_allowed: 405,
  event_out_of_time: 503,
  connection_unknown: 503,
};

export const toEventHookRefusal = (code: FaceErrorCode): RawReply => ({
  status: eventStatusByCode[code] ?? eventStatusByKind[refusals[code].kind],
  body: null,
});

/**
 * If the token already has a claim of our name, the claim is replaced or removed.
 * @param namesRule - whether the claim names the rule that decides
 */
export function toTokenHookReply(
  decision: HookDecision,
  minted: Pick<TokenHook, 'identity' | 'access'>,
  namesRule: boolean,
): RawReply {
  if (decision.outcome !== 'unverified')
    return ok({ commands: toCommands(minted, (token) => writeClaim(token, toClaim(decision, namesRule))) });
  if (decision.fallback === 'deny') return denyToken('face_not_verified');
  return toNoClaimReply(minted);
}

export const passToken: RawReply = ok({ commands: [] });

export const passRegistration: RawReply = ok({
  commands: [{ type: 'com.okta.action.update', value: { registration: 'ALLOW' } }],
});

export const allowSaml: RawReply = ok({ commands: [] });

export const passEvents: RawReply = { status: 204, body: null };

/** Makes Okta call again once, because the events are not processed yet. */
export const unfinishedEvents: RawReply = { status: 503, body: null };

export const toVerification = (challenge: string): RawReply => ok({ verification: challenge });

const toPasswordImportReply = (credential: 'VERIFIED' | 'UNVERIFIED'): RawReply =>
  ok({ commands: [{ type: 'com.okta.action.update', value: { credential } }] });

/** After this reply, Okta stores the typed password and does not call the hook again. */
export const verifiedPassword: RawReply = toPasswordImportReply('VERIFIED');

/** After this reply, the sign-in fails, and Okta calls the hook again next time. */
export const unverifiedPassword: RawReply = toPasswordImportReply('UNVERIFIED');

/** Issues the tokens without our claim, even if something else had set it. */
export const toNoClaimReply = (minted: Pick<TokenHook, 'identity' | 'access'>): RawReply =>
  ok({ commands: toCommands(minted, removeClaim) });

/**
 * Denies a registration without a face check, except in shadow mode. A registration sets no claim that applications
 * could check later.
 */
export const toRegistrationHookReply = (
  decision: HookDecision,
  { changed }: Pick<RegistrationHook, 'changed'>,
): RawReply =>
  decision.outcome !== 'unverified' || decision.fallback === 'pass'
    ? passRegistration
    : denyRegistration('face_not_verified', ['data.userProfileUpdate', ...changed.slice(0, 1)].join('.'));

export const toNewcomerReply = ({ receiptField, receiptIn }: Receipt): RawReply =>
  receiptIn === 'form'
    ? passRegistration
    : ok({
        commands: [
          { type: 'com.okta.action.update', value: { registration: 'ALLOW' } },
          { type: 'com.okta.user.profile.update', value: { [receiptField]: null } },
        ],
      });

const toStatement = (value: string): JsonObject => ({
  attributes: { NameFormat: 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic' },
  attributeValues: [{ attributes: { 'xsi:type': 'xs:string' }, value }],
});

/** An existing attribute of our name cannot be removed, so its value becomes `unverified`. */
export function toSamlHookReply(decision: HookDecision, { hasFaceClaim }: Pick<SamlHook, 'hasFaceClaim'>): RawReply {
  if (decision.outcome === 'unverified' && !hasFaceClaim) return allowSaml;
  const op = hasFaceClaim ? 'replace' : 'add';
  const operation = { op, path, value: toStatement(decision.outcome) };
  return ok({ commands: [{ type: 'com.okta.assertion.patch', value: [operation] }] });
}

const path = `/claims/${faceClaim}`;

// `add` fails if the claim exists, `replace` and `remove` fail if not. One failed operation cancels all.
const writeClaim = ({ hasFaceClaim }: MintedToken, value: JsonObject): JsonObject => ({
  op: hasFaceClaim ? 'replace' : 'add',
  path,
  value,
});

function toClaim(decision: Exclude<HookDecision, { outcome: 'unverified' }>, namesRule: boolean): JsonObject {
  const { outcome: result, at, stepUpId: txn, rule } = decision;
  const isMeasured = decision.outcome === 'verified' && decision.liveness !== null;
  const claim: Record<string, Json> = { result, at, txn };
  if (isMeasured) claim.liveness = decision.liveness;
  if (namesRule && rule !== undefined) claim.rule = rule;
  return claim;
}

const removeClaim = ({ hasFaceClaim }: MintedToken): JsonObject | null =>
  hasFaceClaim ? { op: 'remove', path } : null;

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
