import { createHmac } from 'node:crypto';
import { EncryptJWT, errors, type JWTClaimVerificationOptions, jwtDecrypt, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { StepUpRequest } from '../../src/core/connection.js';
import type { Clock } from '../../src/core/ports.js';
import { audienceOf } from '../../src/core/receipt.js';
import type { Credential } from '../../src/core/secrets.js';
import { addSec, type EpochMs, epochSec, toDate, toEpochMs, toEpochSec } from '../../src/core/units.js';
import { FaceError } from '../../src/errors.js';
import type { TriggerCaller } from './schema.js';
import { regionOf, type TriggerSettings } from './trigger-settings.js';

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

/** Returns the audience of receipts for one kind of sign-in, so that no receipt is valid for the other one. */
export const toReceiptAudience = (signIn: {
  readonly userPoolId: string;
  readonly clientId: string;
  readonly isPasswordless?: boolean;
}): string => `cognito:${signIn.userPoolId}:${signIn.clientId}${signIn.isPasswordless ? passwordlessSuffix : ''}`;

const passwordlessSuffix = ':passwordless';

export const isOfPasswordless = (audience: string): boolean => audience.endsWith(passwordlessSuffix);

/**
 * The `typ` header that separates step-up requests from other JWTs signed with the same secret (RFC 8725, section
 * 3.11).
 */
const requestType = 'facestep-request+jwt';

/**
 * Requests of sign-ins without a password have this type and are encrypted. Anyone can get one for any user name, and a
 * readable one would show the user's id, which an unknown user does not have.
 */
const passwordlessType = 'facestep-passwordless+jwt';

export const requestLifeSec = 180;

const CLOCK_TOLERANCE_SEC = 30;

const toKey = (secret: Credential): Uint8Array => secret.use((text) => new TextEncoder().encode(text));

const toEncryptionKey = (secret: Credential): Uint8Array =>
  secret.use((text) => createHmac('sha256', text).update(passwordlessType).digest());

export interface RequestSettings {
  readonly userPoolId: string;
  readonly issuer: string;
  readonly connection: string;
  readonly requestSecret: Credential;
}

/** Signs the request that the browser carries from Cognito's challenge to this service. */
export function signStepUpRequest(
  content: {
    readonly subject: string;
    readonly clientId: string;
    readonly nonce: string;
    readonly isPasswordless: boolean;
    readonly now: EpochMs;
  },
  { userPoolId, issuer, connection, requestSecret }: RequestSettings,
): Promise<string> {
  const { subject, clientId, nonce, isPasswordless, now } = content;
  const claims = { client_id: clientId, nonce };
  const request = isPasswordless ? new EncryptJWT(claims) : new SignJWT({ ...claims, password: true });
  request
    .setIssuer(userPoolId)
    .setAudience(audienceOf(issuer, { id: connection }))
    .setSubject(subject)
    .setIssuedAt(toEpochSec(now))
    .setExpirationTime(toEpochSec(addSec(now, requestLifeSec)));
  return request instanceof SignJWT
    ? request.setProtectedHeader({ alg: 'HS256', typ: requestType }).sign(toKey(requestSecret))
    : request
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: passwordlessType })
        .encrypt(toEncryptionKey(requestSecret));
}

const claimsGuard = z.object({
  sub: z.string().min(1).max(128),
  client_id: z.string(),
  nonce: z.string().min(1).max(256),
  /** Absent in requests of earlier functions, which do not check that the user entered a password. */
  password: z.literal(true).optional(),
  iat: z.number().transform(epochSec),
  exp: z.number().transform(epochSec),
});

/** Returns true for the five parts of an encrypted JWT (RFC 7516). */
const isEncrypted = (request: string): boolean => request.split('.').length === 5;

/** Creates the verifier of step-up requests, which throws FaceError `caller_untrusted`. */
export function createOpenStepUpRequest(
  settings: RequestSettings & {
    readonly clientIds: readonly string[];
    readonly previousRequestSecret: Credential | undefined;
    /** True if requests without a password are accepted. */
    readonly passwordless: boolean;
  },
  { clock, noteUse }: { readonly clock: Clock; readonly noteUse: (secret: 'current' | 'previous') => void },
): (request: string) => Promise<StepUpRequest> {
  const { userPoolId, issuer, connection, clientIds } = settings;
  const { requestSecret, previousRequestSecret, passwordless } = settings;
  const verify = (request: string, secret: Credential) => {
    const expected: JWTClaimVerificationOptions = {
      issuer: userPoolId,
      audience: audienceOf(issuer, { id: connection }),
      maxTokenAge: requestLifeSec,
      clockTolerance: CLOCK_TOLERANCE_SEC,
      requiredClaims: ['exp'],
      currentDate: toDate(clock.now()),
    };
    return isEncrypted(request)
      ? jwtDecrypt(request, toEncryptionKey(secret), {
          ...expected,
          typ: passwordlessType,
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
        })
      : jwtVerify(request, toKey(secret), { ...expected, typ: requestType, algorithms: ['HS256'] });
  };
  const verifyByPrevious = async (request: string, error: unknown) => {
    const isOfOther =
      error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWEDecryptionFailed;
    if (previousRequestSecret === undefined || !isOfOther) throw error;
    const verified = await verify(request, previousRequestSecret);
    noteUse('previous');
    return verified;
  };
  return async (request) => {
    const isPasswordless = isEncrypted(request);
    if (isPasswordless && !passwordless) throw new FaceError('caller_untrusted', { request: 'passwordless' });
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
    const { sub: subject, client_id: clientId, nonce, iat: issuedAt, exp, password } = data;
    if (passwordless && !isPasswordless && password === undefined)
      throw new FaceError('caller_untrusted', { request: 'functions of an earlier version' });
    const audience = toReceiptAudience({ userPoolId, clientId, isPasswordless });
    return { subject, audience, nonce, issuedAt, expiresAt: toEpochMs(exp), isAfterFirstFactor: !isPasswordless };
  };
}
