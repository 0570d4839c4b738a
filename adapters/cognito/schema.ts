import { z } from 'zod';

/*
 * In Cognito's events, the session may be empty, `challengeMetadata` may be null, and unknown users have no attributes.
 */

export const faceClaims = ['face_verified', 'face_verified_at', 'face_txn', 'face_passwordless'] as const;

/** Key in the client metadata under which an app sends the receipt. Cognito gives both triggers that of one call. */
const receiptMetadata = 'face_receipt';

const metadataFields = { clientMetadata: z.record(z.string(), z.unknown()).nullish() };

const toReceipt = ({ clientMetadata }: z.output<z.ZodObject<typeof metadataFields>>): string | null => {
  const receipt = clientMetadata?.[receiptMetadata];
  return typeof receipt === 'string' ? receipt : null;
};

/** Fields that name the caller. Keeps the rest of the event for its own guard. */
export const callerGuard = z.looseObject({
  region: z.string(),
  userPoolId: z.string(),
  callerContext: z.object({ clientId: z.string() }),
});

export type TriggerCaller = z.output<typeof callerGuard>;

const personFields = {
  userAttributes: z.object({ sub: z.string().min(1).max(128).optional() }).nullish(),
  /** Present only if the app client has "prevent user existence errors" enabled. */
  userNotFound: z.boolean().nullish(),
};

const eventFields = { userName: z.string().min(1).max(2048), callerContext: callerGuard.shape.callerContext };

const eventGuard = z.object({ ...eventFields, request: z.object(personFields) });

const toPerson = ({ userName, request }: z.output<typeof eventGuard>, context: z.RefinementCtx) => {
  if (request.userNotFound === true) return { userName, sub: null };
  const sub = request.userAttributes?.sub;
  if (sub === undefined) context.addIssue({ code: 'custom', path: ['request', 'userAttributes', 'sub'] });
  return { userName, sub: sub ?? null };
};

export type Person = ReturnType<typeof toPerson>;

const toStep = (event: z.output<typeof eventGuard>, context: z.RefinementCtx) => ({
  person: toPerson(event, context),
  clientId: event.callerContext.clientId,
});

const resultGuard = z.object({
  challengeName: z.string(),
  challengeResult: z.boolean().nullish().catch(null),
  challengeMetadata: z.string().nullish().catch(null),
});

export type ChallengeResult = z.output<typeof resultGuard>;

/** @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-define-auth-challenge.html */
export const defineGuard = z
  .object({
    ...eventFields,
    triggerSource: z.literal('DefineAuthChallenge_Authentication'),
    request: z.object({ ...personFields, session: z.array(resultGuard).nullish() }),
  })
  .transform((event, context) => ({ ...toStep(event, context), session: event.request.session ?? [] }));

/** @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-create-auth-challenge.html */
export const createGuard = z
  .object({
    ...eventFields,
    triggerSource: z.literal('CreateAuthChallenge_Authentication'),
    request: z.object({
      ...personFields,
      challengeName: z.literal('CUSTOM_CHALLENGE'),
      session: z.array(resultGuard).nullish(),
    }),
  })
  .transform((event, context) => ({ ...toStep(event, context), session: event.request.session ?? [] }));

/**
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-verify-auth-challenge-response.html
 */
export const verifyGuard = z
  .object({
    ...eventFields,
    triggerSource: z.literal('VerifyAuthChallengeResponse_Authentication'),
    request: z.object({
      ...personFields,
      privateChallengeParameters: z.object({
        nonce: z.string().min(1),
        passwordless: z.literal('true').optional(),
      }),
      challengeAnswer: z.string(),
      ...metadataFields,
    }),
  })
  .transform((event, context) => ({
    ...toStep(event, context),
    nonce: event.request.privateChallengeParameters.nonce,
    isPasswordless: event.request.privateChallengeParameters.passwordless === 'true',
    answer: event.request.challengeAnswer,
    receipt: toReceipt(event.request),
  }));

/** @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html */
export const preTokenGuard = z
  .object({
    // Version 1 sets claims of the ID token only; versions 2 and 3 set those of ID and access token. If absent, the
    // version is 1.
    version: z.string().nullish(),
    callerContext: eventFields.callerContext,
    triggerSource: z.string().startsWith('TokenGeneration_'),
    request: z.object({
      userAttributes: personFields.userAttributes,
      ...metadataFields,
    }),
  })
  .transform(({ version, callerContext, triggerSource, request }) => ({
    clientId: callerContext.clientId,
    triggerSource,
    /** `null` for the client credentials grant, which has no user. */
    sub: request.userAttributes?.sub ?? null,
    receipt: toReceipt(request),
    hasAccessToken: version === '2' || version === '3',
  }));
