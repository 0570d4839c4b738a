import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { StepUpRequest } from '../../src/core/connection.js';
import type { Clock } from '../../src/core/ports.js';
import { audienceOf } from '../../src/core/receipt.js';
import type { Credential } from '../../src/core/secrets.js';
import { addSec, type EpochMs, epochSec, toDate, toEpochMs, toEpochSec } from '../../src/core/units.js';
import { FaceError } from '../../src/errors.js';
import { regionOf, type TriggerSettings } from './config.js';
import type { TriggerCaller } from './schema.js';

/**
 * Verifies that an event is from the configured user pool and app clients. Lambda permissions (`serverless.yml`)
 * restrict only the pool.
 */
export function verifyCaller(
  { region, userPoolId, callerContext }: TriggerCaller,
  expected: Pick<TriggerSettings, 'userPoolId' | 'clientIds'>,
): void {
  const isExpected =
    userPoolId === expected.userPoolId &&
    region === regionOf(expected.userPoolId) &&
    expected.clientIds.includes(callerContext.clientId);
  if (!isExpected) throw new FaceError('caller_untrusted');
}

export const toReceiptAudience = ({ userPoolId, clientId }: { userPoolId: string; clientId: string }): string =>
  `cognito:${userPoolId}:${clientId}`;

/**
 * The `typ` header that separates step-up requests from other JWTs signed with the same secret (RFC 8725, section
 * 3.11).
 */
const requestType = 'facestep-request+jwt';

export const requestLifeSec = 180;

const CLOCK_TOLERANCE_SEC = 30;

const toKey = (secret: Credential): Uint8Array => secret.use((text) => new TextEncoder().encode(text));

export interface RequestSettings {
  readonly userPoolId: string;
  readonly issuer: string;
  readonly connection: string;
  readonly requestSecret: Credential;
}

/** Signs the request that the browser carries from Cognito's challenge to this service. */
export function signStepUpRequest(
  { subject, clientId, nonce, now }: { subject: string; clientId: string; nonce: string; now: EpochMs },
  { userPoolId, issuer, connection, requestSecret }: RequestSettings,
): Promise<string> {
  return new SignJWT({ client_id: clientId, nonce })
    .setProtectedHeader({ alg: 'HS256', typ: requestType })
    .setIssuer(userPoolId)
    .setAudience(audienceOf(issuer, { id: connection }))
    .setSubject(subject)
    .setIssuedAt(toEpochSec(now))
    .setExpirationTime(toEpochSec(addSec(now, requestLifeSec)))
    .sign(toKey(requestSecret));
}

const claimsGuard = z.object({
  sub: z.string().min(1).max(128),
  client_id: z.string(),
  nonce: z.string().min(1).max(256),
  iat: z.number().transform(epochSec),
  exp: z.number().transform(epochSec),
});

/** Creates the verifier of step-up requests, which throws FaceError `caller_untrusted`. */
export function createOpenStepUpRequest(
  settings: RequestSettings & {
    readonly clientIds: readonly string[];
    readonly previousRequestSecret: Credential | undefined;
  },
  { clock, noteUse }: { readonly clock: Clock; readonly noteUse: (secret: 'current' | 'previous') => void },
): (request: string) => Promise<StepUpRequest> {
  const { userPoolId, issuer, connection, clientIds } = settings;
  const { requestSecret, previousRequestSecret } = settings;
  const verify = (request: string, secret: Credential) =>
    jwtVerify(request, toKey(secret), {
      issuer: userPoolId,
      audience: audienceOf(issuer, { id: connection }),
      algorithms: ['HS256'],
      typ: requestType,
      maxTokenAge: requestLifeSec,
      clockTolerance: CLOCK_TOLERANCE_SEC,
      requiredClaims: ['exp'],
      currentDate: toDate(clock.now()),
    });
  const verifyByPrevious = async (request: string, error: unknown) => {
    if (previousRequestSecret === undefined || !(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    const verified = await verify(request, previousRequestSecret);
    noteUse('previous');
    return verified;
  };
  return async (request) => {
    const { payload } = await verify(request, requestSecret)
      .then((verified) => {
        noteUse('current');
        return verified;
      })
      .catch((error: unknown) => verifyByPrevious(request, error))
      .catch((error: unknown) => {
        throw new FaceError('caller_untrusted', { request: error instanceof errors.JOSEError ? error.code : 'key' });
      });
    const { data } = claimsGuard.safeParse(payload);
    if (data === undefined || !clientIds.includes(data.client_id)) {
      throw new FaceError('caller_untrusted', { request: 'claims' });
    }
    const { sub: subject, client_id: clientId, nonce, iat: issuedAt, exp } = data;
    const audience = toReceiptAudience({ userPoolId, clientId });
    return { subject, audience, nonce, issuedAt, expiresAt: toEpochMs(exp) };
  };
}
