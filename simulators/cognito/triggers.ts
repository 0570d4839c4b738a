import { z } from 'zod';
import { ServiceError } from '../aws.js';
import type { LambdaService } from './lambda.js';
import type { PoolUser, UserPool } from './pool.js';

export type TriggerName =
  | 'DefineAuthChallenge'
  | 'CreateAuthChallenge'
  | 'VerifyAuthChallengeResponse'
  | 'PreTokenGeneration';

export const lambdaConfigGuard = z.looseObject({
  DefineAuthChallenge: z.string().optional(),
  CreateAuthChallenge: z.string().optional(),
  VerifyAuthChallengeResponse: z.string().optional(),
  PreTokenGeneration: z.string().optional(),
  PreTokenGenerationConfig: z.object({ LambdaVersion: z.string(), LambdaArn: z.string() }).optional(),
});

const lambdaConfigOf = (pool: UserPool) => lambdaConfigGuard.catch({}).parse(pool.settings.LambdaConfig ?? {});

const stringMap = z.record(z.string(), z.string()).nullish();

/** AWS: "If you provide an empty or null object in the response, then the groups are suppressed." */
const groupsGuard = z
  .object({
    groupsToOverride: z.array(z.string()).nullish(),
    iamRolesToOverride: z.array(z.string()).nullish(),
    preferredRole: z.string().nullish(),
  })
  .nullish();

const claimFields = {
  claimsToAddOrOverride: z.record(z.string(), z.unknown()).nullish(),
  claimsToSuppress: z.array(z.string()).nullish(),
};

/** Required response of each trigger; Cognito refuses any other. */
const responseGuards = {
  DefineAuthChallenge: z.object({
    challengeName: z.string().nullish(),
    issueTokens: z.boolean().nullish(),
    failAuthentication: z.boolean().nullish(),
  }),
  CreateAuthChallenge: z.object({
    publicChallengeParameters: stringMap,
    privateChallengeParameters: stringMap,
    challengeMetadata: z.string().nullish(),
  }),
  VerifyAuthChallengeResponse: z.object({ answerCorrect: z.boolean().nullish() }),
  PreTokenGeneration: z.object({
    claimsOverrideDetails: z
      .object({
        claimsToAddOrOverride: stringMap,
        claimsToSuppress: z.array(z.string()).nullish(),
        groupOverrideDetails: groupsGuard,
      })
      .nullish(),
    claimsAndScopeOverrideDetails: z
      .object({
        idTokenGeneration: z.object(claimFields).nullish(),
        accessTokenGeneration: z
          .object({
            ...claimFields,
            scopesToAdd: z.array(z.string()).nullish(),
            scopesToSuppress: z.array(z.string()).nullish(),
          })
          .nullish(),
        groupOverrideDetails: groupsGuard,
      })
      .nullish(),
  }),
} satisfies Record<TriggerName, z.ZodObject>;

export type TriggerResponse<Name extends TriggerName> = z.output<(typeof responseGuards)[Name]>;

export interface TriggerDeps {
  readonly lambda: LambdaService;
  /** Timeout of a trigger. In the real Cognito, it is always 5,000 ms. */
  readonly triggerTimeoutMs: () => number;
}

const tries = 3;

export function triggerOf(pool: UserPool, name: TriggerName): { arn: string; version: string } | null {
  const config = lambdaConfigOf(pool);
  if (name === 'PreTokenGeneration' && config.PreTokenGenerationConfig !== undefined) {
    const { LambdaArn, LambdaVersion } = config.PreTokenGenerationConfig;
    return { arn: LambdaArn, version: LambdaVersion.slice(1, 2) };
  }
  const arn = config[name];
  return arn === undefined ? null : { arn, version: '1' };
}

/**
 * Invokes a trigger as Cognito does: 5 s per attempt, three attempts on a timeout. The client receives the error of a
 * function that throws.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
 */
export async function invokeTrigger<Name extends TriggerName>(
  pool: UserPool,
  call: {
    readonly name: Name;
    readonly source: string;
    readonly user: Pick<PoolUser, 'username'>;
    readonly clientId: string;
    readonly request: Record<string, unknown>;
  },
  { lambda, triggerTimeoutMs }: TriggerDeps,
): Promise<TriggerResponse<Name>> {
  const { name, source, user, clientId, request } = call;
  const trigger = triggerOf(pool, name);
  if (trigger === null) throw new ServiceError('InvalidLambdaResponseException', `${name} trigger is not configured.`);
  const event = {
    version: trigger.version,
    region: pool.region,
    userPoolId: pool.id,
    userName: user.username,
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId },
    triggerSource: source,
    request,
    response: emptyResponse(name, trigger.version),
  };
  const record = (outcome: 'answered' | 'threw' | 'timed_out' | 'refused', response: unknown) =>
    pool.invocations.push({ trigger: name, event, outcome, response });
  if (!lambda.functions.get(trigger.arn)?.sourceArns.includes(pool.arn)) {
    record('refused', null);
    throw new ServiceError(
      'UnexpectedLambdaException',
      `${name} invocation failed due to error AccessDeniedException.`,
    );
  }
  for (let attempt = 1; attempt <= tries; attempt++) {
    const answer = await lambda.invoke(trigger.arn, event, triggerTimeoutMs());
    if (!answer.ok && answer.reason === 'timed_out') {
      record('timed_out', null);
      continue;
    }
    if (!answer.ok) {
      record('threw', answer.message);
      throw answer.reason === 'threw'
        ? new ServiceError('UserLambdaValidationException', `${name} failed with error ${answer.message}.`)
        : new ServiceError('UnexpectedLambdaException', `${name} invocation failed.`);
    }
    record('answered', answer.body);
    const wrapped = z.object({ response: z.unknown() }).safeParse(answer.body);
    const parsed = responseGuards[name].safeParse(wrapped.data?.response);
    if (!parsed.success) throw new ServiceError('InvalidLambdaResponseException', 'Unrecognizable lambda output');
    return parsed.data as TriggerResponse<Name>;
  }
  throw new ServiceError('UnexpectedLambdaException', `${name} invocation failed due to error Task timed out.`);
}

/** Returns the response of an event before the trigger runs: all fields are null. */
const emptyResponse = (name: TriggerName, version: string): Record<string, null> => {
  const ofOtherVersion = version === '1' ? 'claimsAndScopeOverrideDetails' : 'claimsOverrideDetails';
  const fields = Object.keys(responseGuards[name].shape).filter((field) => field !== ofOtherVersion);
  return Object.fromEntries(fields.map((field) => [field, null]));
};
