import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider';
import { z } from 'zod';
import { findCause } from '../../src/core/base/failure-cause.js';
import type { JsonObject } from '../../src/core/base/json.js';
import type { Fetch } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';
import type { CognitoConnection } from './config.js';
import { regionOf } from './trigger-settings.js';

const REQUEST_TIMEOUT_MS = 5_000;

export type CognitoSettings = Pick<CognitoConnection['cognito'], 'userPoolId' | 'endpoint' | 'credentials'>;

export const triesWhileAdministering = 5;

type Account = Pick<CognitoSettings, 'userPoolId' | 'credentials'>;

/** Returns the options of a client for any service in the pool's account and region. */
export const toAccountOptions = ({ userPoolId, credentials }: Account, fetch: Fetch, maxAttempts = 2) => ({
  region: regionOf(userPoolId),
  ...toCredentials(credentials),
  maxAttempts,
  requestHandler: createFetchHandler(fetch),
});

export function createCognitoClient(
  { endpoint, ...account }: CognitoSettings,
  { fetch, tries }: { readonly fetch: Fetch; readonly tries?: number },
): CognitoIdentityProvider {
  const config = toAccountOptions(account, fetch, tries);
  return new CognitoIdentityProvider(endpoint === undefined ? config : { ...config, endpoint });
}

const toCredentials = (credentials: CognitoSettings['credentials']) =>
  credentials.kind === 'default' ? {} : { credentials: async () => toAwsCredentials(credentials) };

function toAwsCredentials(keys: Extract<CognitoSettings['credentials'], { kind: 'static' }>) {
  const pair = { accessKeyId: keys.accessKeyId, secretAccessKey: keys.secretAccessKey.use((text) => text) };
  return keys.sessionToken === undefined ? pair : { ...pair, sessionToken: keys.sessionToken.use((text) => text) };
}

const requestGuard = z.object({
  protocol: z.string(),
  hostname: z.string(),
  port: z.number().optional(),
  path: z.string(),
  method: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z
    .instanceof(Uint8Array)
    .transform((bytes) => new Uint8Array(bytes))
    .nullish(),
});

function createFetchHandler(fetch: Fetch) {
  return {
    async handle(request: unknown) {
      const { protocol, hostname, port, path, method, headers, body } = requestGuard.parse(request);
      const { host: _host, 'content-length': _length, ...others } = headers;
      const response = await fetch(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`, {
        method,
        headers: others,
        body: body ?? null,
        redirect: 'error',
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      return {
        response: {
          statusCode: response.status,
          headers: Object.fromEntries(response.headers),
          body: new Uint8Array(await response.arrayBuffer()),
        },
      };
    },
  };
}

const serviceErrorGuard = z.object({
  name: z.string().regex(/^[A-Za-z]{1,64}$/),
  $metadata: z.object({ httpStatusCode: z.number().optional() }).optional(),
});

/** Codes of a rate limit, which AWS answers with status 400. */
const throttlingCodes: readonly string[] = ['TooManyRequestsException', 'ThrottlingException'];

export interface ServiceFailure extends JsonObject {
  readonly status: number | null;
  readonly code: string | null;
  readonly cause: string | null;
}

/**
 * Returns status and code of a failed call; the status is 429 for a rate limit. The response text is left out, because
 * it must not be logged.
 */
export function toServiceFailure(error: unknown): ServiceFailure {
  const { data } = serviceErrorGuard.safeParse(error);
  const code = data?.name ?? null;
  const status = throttlingCodes.includes(code ?? '') ? 429 : (data?.$metadata?.httpStatusCode ?? null);
  return { status, code, cause: findCause(error) };
}

/** Describes why a call failed, by code, status or system error. */
export function causeOf(error: unknown): string {
  const { code, status, cause } = toServiceFailure(error);
  return status === null ? (cause ?? 'no answer') : (code ?? `status ${status}`);
}

/**
 * Converts a failed administrative call to an error. Throttling and AWS failures are retryable (`profile_unavailable`).
 */
export function toRefusal(error: unknown, call: string): FaceError {
  const failure = toServiceFailure(error);
  const isPassing = failure.status === null || failure.status >= 500 || failure.status === 429;
  return new FaceError(isPassing ? 'profile_unavailable' : 'provider_refused', { ...failure, call });
}
