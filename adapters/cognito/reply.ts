import { z } from 'zod';
import type { JsonObject } from '../../src/base/json.js';
import type { RawReply } from '../../src/connections/hook.js';
import type { FaceErrorCode } from '../../src/errors.js';
import { faceClaims } from './schema.js';

/*
 * Cognito expects the event with `response` filled in, map values as text. Users see thrown errors, so each trigger has
 * one refusal.
 */

export interface TriggerReply extends RawReply {
  readonly body: { readonly response: JsonObject };
}

const toReply = (response: JsonObject): TriggerReply => ({ status: 200, body: { response } });

export const faceChallenge = 'FACE';

/** Ends the sign-in. */
export const refuseDefine = (_code: FaceErrorCode): TriggerReply =>
  toReply({ issueTokens: false, failAuthentication: true });

/** Returns an unanswerable challenge: no nonce, and a name that ends the sign-in. */
export const refuseCreate = (_code: FaceErrorCode): TriggerReply =>
  toReply({
    publicChallengeParameters: { type: 'FACE_UNAVAILABLE' },
    privateChallengeParameters: {},
    challengeMetadata: 'FACE_UNAVAILABLE',
  });

/** Rejects the answer. */
export const refuseVerify = (_code: FaceErrorCode): TriggerReply => toReply({ answerCorrect: false });

/** Removes our claims and the attribute for every app client. Fills both event versions, for malformed events. */
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

/** AWS's example event has the role in a list, its example response as text. */
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

/**
 * Copies Cognito's groups into the reply, which leaves them as they are.
 * @param event - unverified
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
 */
export function keepGroups(event: unknown, { body, ...reply }: TriggerReply): TriggerReply {
  const groupOverrideDetails = groupsGuard.safeParse(event).data?.request.groupConfiguration;
  if (groupOverrideDetails === undefined) return { ...reply, body };
  const response = Object.entries(body.response).map(([name, given]) => {
    const isOfTokens = name.endsWith('OverrideDetails') && typeof given === 'object';
    return [name, isOfTokens ? { ...given, groupOverrideDetails } : given] as const;
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

/** @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-define-auth-challenge.html */
export const toDefineReply = (step: NextStep): TriggerReply => toReply(definitions[step]);

export interface FaceChallenge {
  readonly nonce: string;
  /** Signed for this service. A client with its own camera page sends it to `POST /step-ups/requested`. */
  readonly request: string;
  readonly connection: string;
  /** Capture page for this challenge. The client appends `&return=` and its own address. */
  readonly startUrl: string;
  /** Expiry, in seconds since 1970. */
  readonly exp: string;
}

/** @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-create-auth-challenge.html */
export const toCreateReply = (challenge: FaceChallenge): TriggerReply =>
  toReply({
    publicChallengeParameters: { type: faceChallenge, ...challenge },
    privateChallengeParameters: { nonce: challenge.nonce },
    challengeMetadata: faceChallenge,
  });

/** @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-verify-auth-challenge-response.html */
export const toVerifyReply = (answerCorrect: boolean): TriggerReply => toReply({ answerCorrect });

export interface FaceStatement {
  /** Time of the check, in seconds since 1970. */
  readonly checkedAt: number;
  readonly stepUpId: string;
}

/**
 * Adds or removes the claims, and removes the enrolment token's attribute.
 * @param statement - `null` removes claims of our names
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
 */
export function toPreTokenReply(
  statement: FaceStatement | null,
  { hasAccessToken, attribute }: { readonly hasAccessToken: boolean; readonly attribute: string },
): TriggerReply {
  const changes =
    statement === null
      ? { claimsToSuppress: [...faceClaims, attribute] }
      : {
          // Version 1 accepts text only.
          claimsToAddOrOverride: {
            face_verified: 'true',
            face_verified_at: String(statement.checkedAt),
            face_txn: statement.stepUpId,
          },
          claimsToSuppress: [attribute],
        };
  return hasAccessToken
    ? toReply({ claimsAndScopeOverrideDetails: { idTokenGeneration: changes, accessTokenGeneration: changes } })
    : toReply({ claimsOverrideDetails: changes });
}
