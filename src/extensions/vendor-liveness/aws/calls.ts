import { Rekognition } from '@aws-sdk/client-rekognition';
import { STS } from '@aws-sdk/client-sts';
import { z } from 'zod';
import { findCause } from '../../../core/base/failure-cause.js';
import { FaceError, type FaceErrorCode } from '../../../errors.js';
import { toAwsOptions } from '../../../network/forward-proxy.js';
import type { AwsLivenessConfig } from './config.js';

/** Limits of one call: connecting, answering, and all attempts together. */
const connectMs = 1000;
const answerMs = 4000;
const totalMs = 8000;

/** The shortest life that STS allows. */
const credentialsSec = 900;

export type ChallengeType = 'FaceMovementAndLightChallenge' | 'FaceMovementChallenge';

export type AwsLivenessCalls = ReturnType<typeof createAwsLivenessCalls>;

/**
 * Creates the calls to Amazon Rekognition and AWS STS, each with one retry. The SDK finds the credentials of this
 * server itself. They throw `liveness_unavailable`, `liveness_throttled`, `liveness_refused`, `liveness_expired`.
 */
export function createAwsLivenessCalls(config: Pick<AwsLivenessConfig, 'region' | 'endpoint'>) {
  const options = toAwsOptions(config, connectMs, answerMs);
  const rekognition = new Rekognition(options);
  const sts = new STS(options);
  return {
    /** @param token - id of this call, so that its repetition opens no second session @returns the session's id */
    async createSession(type: ChallengeType, token: string): Promise<string> {
      const input = {
        ClientRequestToken: token,
        Settings: { AuditImagesLimit: 0, ChallengePreferences: [{ Type: type }] },
      };
      const answer = await call('CreateFaceLivenessSession', (options) =>
        rekognition.createFaceLivenessSession(input, options),
      );
      return parseAnswer(sessionGuard, answer).SessionId;
    },
    async assumeRole(role: string, name: string, policy: string) {
      const input = { RoleArn: role, RoleSessionName: name, DurationSeconds: credentialsSec, Policy: policy };
      const answer = await call('AssumeRole', (options) => sts.assumeRole(input, options));
      return parseAnswer(assumedGuard, answer).Credentials;
    },
    async readResult(session: string) {
      const answer = await call('GetFaceLivenessSessionResults', (options) =>
        rekognition.getFaceLivenessSessionResults({ SessionId: session }, options),
      );
      return parseAnswer(resultGuard, answer);
    },
  };
}

const sessionGuard = z.object({ SessionId: z.string().min(1) });

const assumedGuard = z.object({
  Credentials: z.object({
    AccessKeyId: z.string().min(1),
    SecretAccessKey: z.string().min(1),
    SessionToken: z.string().min(1),
  }),
});

const resultGuard = z.object({
  Status: z.string(),
  Confidence: z.number().min(0).max(100).optional(),
  Challenge: z.object({ Type: z.string() }).optional(),
  ReferenceImage: z.object({ Bytes: z.instanceof(Uint8Array).optional() }).optional(),
});

function parseAnswer<Guard extends z.ZodType>(guard: Guard, answer: unknown): z.output<Guard> {
  const parsed = guard.safeParse(answer);
  if (parsed.success) return parsed.data;
  const paths = parsed.error.issues.map(({ path }) => path.join('.'));
  throw new FaceError('liveness_unavailable', { service: 'aws', reason: 'unexpected answer', paths });
}

const throttled = ['Throttling', 'ProvisionedThroughputExceeded', 'LimitExceeded', 'ServiceQuotaExceeded'];
const refused = [
  'AccessDenied',
  'UnrecognizedClient',
  'InvalidClientTokenId',
  'InvalidSignature',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'RegionDisabled',
  'MalformedPolicyDocument',
  'InvalidParameter',
  'ValidationError',
  'UnknownOperation',
  'CredentialsProviderError',
];

/** Returns the code of an SDK error's name. Some services end it with `Exception`. */
function toFailureCode(name: string, system: string | null): FaceErrorCode {
  const short = name.replace(/Exception$/, '');
  if (short === 'SessionNotFound') return 'liveness_expired';
  if (throttled.includes(short)) return 'liveness_throttled';
  // A region without Face Liveness has no such host.
  return refused.includes(short) || system === 'ENOTFOUND' ? 'liveness_refused' : 'liveness_unavailable';
}

const failureGuard = z.object({ name: z.string().regex(/^[A-Za-z]{1,64}$/), code: z.unknown().optional() });

async function call<Answer>(
  operation: string,
  send: (options: { readonly abortSignal: AbortSignal }) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await send({ abortSignal: AbortSignal.timeout(totalMs) });
  } catch (error) {
    const { data } = failureGuard.safeParse(error);
    const name = data?.name ?? 'unknown';
    const code = toFailureCode(name, typeof data?.code === 'string' ? data.code : null);
    // The SDK's error is dropped, because it contains the response.
    throw new FaceError(code, { service: 'aws', operation, reason: name, cause: findCause(error) });
  }
}
