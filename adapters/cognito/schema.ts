import { z } from 'zod';
import { connectionFields } from '../../src/config/connection.js';
import { credentialGuard } from '../../src/config/credential.js';
import { safeUrlGuard } from '../../src/config/safe-url.js';
import { FaceError } from '../../src/errors.js';

/*
 * The configuration of a connection
 */

const userPoolIdGuard = z
  .string()
  .max(55)
  .regex(/^[a-z]{2,}(?:-[a-z]+)+-\d_[0-9A-Za-z]+$/, 'expected the id of a user pool, such as eu-central-1_AbCdEfGhI');

const clientIdsGuard = z
  .array(z.string().regex(/^[\w+]{1,128}$/, 'expected the id of an app client'))
  .min(1)
  .max(100)
  .refine((ids) => new Set(ids).size === ids.length, 'an app client is named twice');

/** The custom attribute that holds the enrolment token, unless another is configured. */
export const defaultAttribute = 'custom:face_token';

const attributeGuard = z
  .string()
  .regex(/^custom:[A-Za-z0-9_]{1,20}$/, 'expected custom: and a name of 1 to 20 characters')
  .default(defaultAttribute);

/** What this service and the triggers share: with it a trigger signs step-up requests. */
const requestSecretGuard = z.string().min(32).pipe(credentialGuard);

const functionArnGuard = z
  .string()
  .regex(
    /^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w-]{1,64}(?::[\w$-]+)?$/,
    'expected the ARN of a Lambda function',
  );

const credentialsGuard = z.discriminatedUnion('kind', [
  /** What the AWS SDK finds by itself: environment, shared files, the role of the container or the machine. */
  z.strictObject({ kind: z.literal('default') }),
  z.strictObject({
    kind: z.literal('static'),
    accessKeyId: z.string().regex(/^\w{16,128}$/),
    secretAccessKey: credentialGuard,
    sessionToken: credentialGuard.optional(),
  }),
]);

/** One user pool in the configuration. Secrets arrive as text, resolved by the loader, and leave as `Credential`s. */
export const cognitoConnectionGuard = z.strictObject({
  ...connectionFields,
  kind: z.literal('cognito'),
  cognito: z.strictObject({
    /** Begins with its region. */
    userPoolId: userPoolIdGuard,
    /** The app clients whose users take the face step. */
    clientIds: clientIdsGuard,
    credentials: credentialsGuard.prefault({ kind: 'default' }),
    /** Where the API is, if not at AWS: a VPC endpoint, a simulator. */
    endpoint: safeUrlGuard.optional(),
    /** The custom attribute that holds the enrolment token. It can never be removed or renamed. */
    attribute: attributeGuard,
    triggers: z.strictObject({
      requestSecret: requestSecretGuard,
      /** The deployed functions, for provisioning. */
      functions: z
        .strictObject({
          defineAuthChallenge: functionArnGuard,
          createAuthChallenge: functionArnGuard,
          verifyAuthChallengeResponse: functionArnGuard,
          preTokenGeneration: functionArnGuard,
        })
        .optional(),
    }),
  }),
});

/** One user pool, configured. */
export type CognitoConnection = z.output<typeof cognitoConnectionGuard>;

/** The region is the part of a pool's id before the underscore. */
export const regionOf = (userPoolId: string): string => userPoolId.slice(0, userPoolId.indexOf('_'));

/** What the triggers of one connection are configured with; `src/triggers.ts` reads it from the environment. */
export const triggerSettingsGuard = z.strictObject({
  connection: connectionFields.id,
  /** The public address of this service. */
  issuer: safeUrlGuard.transform((text) => text.replace(/\/+$/, '')),
  userPoolId: userPoolIdGuard,
  clientIds: clientIdsGuard,
  attribute: attributeGuard,
  requestSecret: requestSecretGuard,
  /** `GET /.well-known/jwks.json` of this service, as it was at deployment. */
  receiptKeys: z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) }),
  mode: z.enum(['enforce', 'shadow']).default('enforce'),
});

/** What the triggers of one connection know. */
export type TriggerSettings = z.output<typeof triggerSettingsGuard>;

/*
 * What Cognito sends. Only what is used is looked at: the first session is empty, `challengeMetadata` is null where
 * nobody set it, and everything about an unknown user is missing.
 */

/** The claims a verified face check adds to tokens, and nothing else may. */
export const faceClaims = ['face_verified', 'face_verified_at', 'face_txn'] as const;

/** Where the client puts the receipt for the pre-token-generation trigger. */
export const receiptMetadata = 'face_receipt';

const callerGuard = z.object({
  region: z.string(),
  userPoolId: z.string(),
  callerContext: z.object({ clientId: z.string() }),
});

/** Who says to have sent an event. */
export type TriggerCaller = z.output<typeof callerGuard>;

const personFields = {
  userAttributes: z.object({ sub: z.string().min(1).max(128).optional() }).nullish(),
  /** Only where the app client prevents user existence errors. */
  userNotFound: z.boolean().nullish(),
};

/** Whom an event is about. */
export interface Person {
  readonly userName: string;
  /** The user's immutable id; `null` where there is no such user. */
  readonly sub: string | null;
}

const toPerson = (
  userName: string,
  { userAttributes, userNotFound }: { [Field in keyof typeof personFields]?: z.output<(typeof personFields)[Field]> },
  context: z.RefinementCtx,
): Person => {
  if (userNotFound === true) return { userName, sub: null };
  const sub = userAttributes?.sub;
  if (sub === undefined) context.addIssue({ code: 'custom', path: ['request', 'userAttributes', 'sub'] });
  return { userName, sub: sub ?? null };
};

const eventFields = { userName: z.string().min(1).max(2048), callerContext: callerGuard.shape.callerContext };

const resultGuard = z.object({
  challengeName: z.string(),
  challengeResult: z.boolean(),
  challengeMetadata: z.string().nullish(),
});

/** One challenge that has been put to the user, and how it went. */
export type ChallengeResult = z.output<typeof resultGuard>;

const defineGuard = z
  .object({
    ...eventFields,
    triggerSource: z.literal('DefineAuthChallenge_Authentication'),
    request: z.object({ ...personFields, session: z.array(resultGuard).nullish() }),
  })
  .transform(({ userName, request }, context) => ({
    person: toPerson(userName, request, context),
    session: request.session ?? [],
  }));

const createGuard = z
  .object({
    ...eventFields,
    triggerSource: z.literal('CreateAuthChallenge_Authentication'),
    request: z.object({ ...personFields, challengeName: z.literal('CUSTOM_CHALLENGE') }),
  })
  .transform(({ userName, callerContext, request }, context) => ({
    person: toPerson(userName, request, context),
    clientId: callerContext.clientId,
  }));

const verifyGuard = z
  .object({
    ...eventFields,
    triggerSource: z.literal('VerifyAuthChallengeResponse_Authentication'),
    request: z.object({
      ...personFields,
      privateChallengeParameters: z.object({ nonce: z.string().min(1) }),
      challengeAnswer: z.string(),
    }),
  })
  .transform(({ userName, callerContext, request }, context) => ({
    person: toPerson(userName, request, context),
    clientId: callerContext.clientId,
    nonce: request.privateChallengeParameters.nonce,
    answer: request.challengeAnswer,
  }));

const preTokenGuard = z
  .object({
    // 1 sends the ID token's claims, 2 and 3 those of both tokens. Its absence is version 1.
    version: z.string().nullish(),
    callerContext: eventFields.callerContext,
    triggerSource: z.string().startsWith('TokenGeneration_'),
    request: z.object({
      userAttributes: personFields.userAttributes,
      clientMetadata: z.record(z.string(), z.unknown()).nullish(),
    }),
  })
  .transform(({ version, callerContext, triggerSource, request }) => {
    const receipt = request.clientMetadata?.[receiptMetadata];
    return {
      clientId: callerContext.clientId,
      triggerSource,
      /** `null` for a client without a user (client credentials). */
      sub: request.userAttributes?.sub ?? null,
      receipt: typeof receipt === 'string' ? receipt : null,
      hasAccessToken: version === '2' || version === '3',
    };
  });

/** A call of the pre-token-generation trigger, as far as it is used. */
export type PreTokenEvent = z.output<typeof preTokenGuard>;

/** Reads who says to have sent an event. @throws FaceError `request_malformed` */
export const parseCaller = (body: Uint8Array): TriggerCaller => parse(callerGuard, body);

/**
 * Reads a call of the define-auth-challenge trigger.
 * @throws FaceError `request_malformed`
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-define-auth-challenge.html
 */
export const parseDefineEvent = (body: Uint8Array): z.output<typeof defineGuard> => parse(defineGuard, body);

/**
 * Reads a call of the create-auth-challenge trigger.
 * @throws FaceError `request_malformed`
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-create-auth-challenge.html
 */
export const parseCreateEvent = (body: Uint8Array): z.output<typeof createGuard> => parse(createGuard, body);

/**
 * Reads a call of the verify-auth-challenge-response trigger.
 * @throws FaceError `request_malformed`
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-verify-auth-challenge-response.html
 */
export const parseVerifyEvent = (body: Uint8Array): z.output<typeof verifyGuard> => parse(verifyGuard, body);

/**
 * Reads a call of the pre-token-generation trigger, of any version.
 * @throws FaceError `request_malformed`
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
 */
export const parsePreTokenEvent = (body: Uint8Array): PreTokenEvent => parse(preTokenGuard, body);

function parse<Output>(guard: z.ZodType<Output>, body: Uint8Array): Output {
  const parsed = guard.safeParse(parseJson(body));
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ code, path }) => ({ code: String(code), path: path.map(String) }));
  throw new FaceError('request_malformed', { issues });
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // No cause: the parser's message quotes the body.
    throw new FaceError('request_malformed', { issues: [{ code: 'invalid_json', path: [] }] });
  }
}
