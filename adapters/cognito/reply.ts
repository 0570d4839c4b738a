import { z } from 'zod';
import type { JsonObject } from '../../src/base/json.js';
import type { FaceErrorCode } from '../../src/errors.js';
import type { RawReply } from '../hook.js';
import { faceClaims } from './schema.js';

/*
 * Cognito takes the event back with its `response` filled in, all values of its maps as text. A trigger has no way to
 * refuse with a reason: what it throws is shown to whoever signs in. So each has one refusal, the same for every code.
 */

/** What goes back to Cognito: put over the event it sent. */
export interface TriggerReply extends RawReply {
  readonly body: { readonly response: JsonObject };
}

const toReply = (response: JsonObject): TriggerReply => ({ status: 200, body: { response } });

/** The name in `challengeMetadata` by which a challenge of ours is known again. */
export const faceChallenge = 'FACE';

/** Ends the sign-in. */
export const refuseDefine = (_code: FaceErrorCode): TriggerReply =>
  toReply({ issueTokens: false, failAuthentication: true });

/** A challenge nothing answers: without a nonce, and under a name that ends the sign-in. */
export const refuseCreate = (_code: FaceErrorCode): TriggerReply =>
  toReply({
    publicChallengeParameters: { type: 'FACE_UNAVAILABLE' },
    privateChallengeParameters: {},
    challengeMetadata: 'FACE_UNAVAILABLE',
  });

/** The answer is wrong. */
export const refuseVerify = (_code: FaceErrorCode): TriggerReply => toReply({ answerCorrect: false });

/**
 * Both versions' way to take our claims and the attribute out: for app clients that are not ours too, as a pool has one
 * such function for all. Cognito reads the one of the version it sent; which that was is not known of an event that was
 * not understood.
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

/** As it is taken back: AWS's own example of an event has the role in a list, and that of an answer as text. */
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
 * Gives back the groups that Cognito sent, with what changes tokens: "to leave the existing group configuration as is, copy" it.
 * Whether they stay in the tokens without that is not said.
 * @param event - as it came: nobody has checked it
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

/** What comes next in a sign-in. */
export type NextStep = 'password' | 'face' | 'tokens' | 'fail';

const definitions = {
  password: { challengeName: 'PASSWORD_VERIFIER', issueTokens: false, failAuthentication: false },
  face: { challengeName: 'CUSTOM_CHALLENGE', issueTokens: false, failAuthentication: false },
  tokens: { issueTokens: true, failAuthentication: false },
  fail: { issueTokens: false, failAuthentication: true },
} as const satisfies Record<NextStep, JsonObject>;

/** @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-define-auth-challenge.html */
export const toDefineReply = (step: NextStep): TriggerReply => toReply(definitions[step]);

/** What the client gets to see of a challenge, every value as text. */
export interface FaceChallenge {
  readonly nonce: string;
  /** Signed: for this service. A client with a camera page of its own sends it to `POST /step-ups/requested`. */
  readonly request: string;
  readonly connection: string;
  /** The capture page for this challenge. The client adds `&return=` and its own address. */
  readonly startUrl: string;
  /** When the request ends: whole seconds since 1970. */
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

/** A face check as tokens state it. */
export interface FaceStatement {
  /** When the face was checked: whole seconds since 1970. */
  readonly checkedAt: number;
  readonly stepUpId: string;
}

/**
 * The claims, or their removal. The enrolment token's attribute never goes into an ID token.
 * @param statement - `null` takes out claims of our names, whoever put them there
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
          // Text alone: version 1 of the event takes nothing else.
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
