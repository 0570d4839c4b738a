import { z } from 'zod';
import type { ReceiptClaims } from '../../client/receipt-claims.js';
import type { RawReply } from '../../src/connections/hook.js';
import type { JsonObject } from '../../src/core/base/json.js';
import type { FaceErrorCode } from '../../src/errors.js';
import { isOfPasswordless } from './caller.js';
import { faceClaims } from './schema.js';

/*
 * Cognito expects the event with `response` filled in. Users see thrown errors, so each trigger has one fixed refusal.
 */

export interface TriggerReply extends RawReply {
  readonly body: { readonly response: JsonObject };
}

const toReply = (response: JsonObject): TriggerReply => ({ status: 200, body: { response } });

export const faceChallenge = 'FACE';

/** Metadata of a challenge without a password. The define trigger compares it with the session. */
export const faceOnly = 'FACE_ONLY';

export const refuseDefine = (_code: FaceErrorCode): TriggerReply =>
  toReply({ issueTokens: false, failAuthentication: true });

/** Returns a challenge that cannot be answered: it has no nonce, and its name ends the sign-in. */
export const refuseCreate = (_code: FaceErrorCode): TriggerReply =>
  toReply({
    publicChallengeParameters: { type: 'FACE_UNAVAILABLE' },
    privateChallengeParameters: {},
    challengeMetadata: 'FACE_UNAVAILABLE',
  });

export const refuseVerify = (_code: FaceErrorCode): TriggerReply => toReply({ answerCorrect: false });

/**
 * Removes our claims and the token attribute from the tokens. The reply has the fields of both versions, because the
 * version of a malformed event is unknown.
 */
export const refusePreToken =
  (attribute: string) =>
  (_code: FaceErrorCode): TriggerReply => {
    const changes = { claimsToSuppress: [...faceClaims, attribute] };
    return toReply({
      claimsOverrideDetails: changes,
      claimsAndScopeOverrideDetails: { idTokenGeneration: changes, accessTokenGeneration: changes },
    });
  };

const names = z.array(z.string()).nullable();

const groupsGuard = z.object({
  request: z.object({
    groupConfiguration: z.object({
      groupsToOverride: z.exactOptional(names),
      iamRolesToOverride: z.exactOptional(names),
      preferredRole: z.exactOptional(
        z.union([z.string().nullable(), z.tuple([z.string()]).transform(([role]) => role)]),
      ),
    }),
  }),
});

/** Copies the event's groups into the reply, so that the tokens keep these groups. */
export function keepGroups(event: unknown, { body, ...reply }: TriggerReply): TriggerReply {
  const groupOverrideDetails = groupsGuard.safeParse(event).data?.request.groupConfiguration;
  if (groupOverrideDetails === undefined) return { ...reply, body };
  const response = Object.entries(body.response).map(([name, value]) => {
    const isTokenDetails = name.endsWith('OverrideDetails') && typeof value === 'object';
    return [name, isTokenDetails ? { ...value, groupOverrideDetails } : value] as const;
  });
  return { ...reply, body: { response: Object.fromEntries(response) } };
}

export type NextStep = 'password' | 'face' | 'tokens' | 'fail';

const definitions = {
  password: { challengeName: 'PASSWORD_VERIFIER', issueTokens: false, failAuthentication: false },
  face: { challengeName: 'CUSTOM_CHALLENGE', issueTokens: false, failAuthentication: false },
  tokens: { issueTokens: true, failAuthentication: false },
  fail: { issueTokens: false, failAuthentication: true },
} as const satisfies Record<NextStep, JsonObject>;

export const toDefineReply = (step: NextStep): TriggerReply => toReply(definitions[step]);

export interface FaceChallenge {
  readonly nonce: string;
  /**
   * Request signed for this service. A client with its own camera page sends the request to `POST /step-ups/requested`.
   */
  readonly request: string;
  readonly connection: string;
  /** Capture page for this challenge. The client appends `&return=` and the address of its own page. */
  readonly startUrl: string;
  readonly exp: string;
}

export const toCreateReply = ({ nonce, ...challenge }: FaceChallenge, isPasswordless: boolean): TriggerReply =>
  toReply({
    publicChallengeParameters: { type: faceChallenge, ...challenge, nonce },
    privateChallengeParameters: isPasswordless ? { nonce, passwordless: 'true' } : { nonce },
    challengeMetadata: isPasswordless ? faceOnly : faceChallenge,
  });

export const toVerifyReply = (answerCorrect: boolean): TriggerReply => toReply({ answerCorrect });

/** @param claims - of the receipt of the face check; `null` removes the face claims */
export function toPreTokenReply(
  claims: Pick<ReceiptClaims, 'auth_time' | 'txn' | 'aud'> | null,
  { hasAccessToken, attribute }: { readonly hasAccessToken: boolean; readonly attribute: string },
): TriggerReply {
  const changes =
    claims === null
      ? { claimsToSuppress: [...faceClaims, attribute] }
      : {
          claimsToAddOrOverride: {
            face_verified: 'true',
            face_verified_at: String(claims.auth_time),
            face_txn: claims.txn,
            ...(isOfPasswordless(claims.aud) ? { face_passwordless: 'true' } : {}),
          },
          claimsToSuppress: [attribute],
        };
  return hasAccessToken
    ? toReply({ claimsAndScopeOverrideDetails: { idTokenGeneration: changes, accessTokenGeneration: changes } })
    : toReply({ claimsOverrideDetails: changes });
}
