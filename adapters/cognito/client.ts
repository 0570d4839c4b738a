import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { z } from 'zod';
import type { Fetch } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';
import { type CognitoConnection, regionOf } from './config.js';

const REQUEST_TIMEOUT_MS = 5_000;

/** Where a user pool is, and who asks. */
export type CognitoSettings = Pick<CognitoConnection['cognito'], 'userPoolId' | 'endpoint' | 'credentials'>;

/** While an administrator waits, or nobody: the SDK's pauses between so many are some seconds in all. */
export const triesWhileAdministering = 5;

/**
 * The SDK's client over the injected fetch.
 * @param tries - of each call: one more for a clock that the first one corrected, or one call too many, unless it is said
 */
export function createCognitoClient(
  { userPoolId, endpoint, credentials }: CognitoSettings,
  { fetch, tries = 2 }: { readonly fetch: Fetch; readonly tries?: number },
): CognitoIdentityProviderClient {
  return new CognitoIdentityProviderClient({
    region: regionOf(userPoolId),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...toCredentials({ credentials }),
    maxAttempts: tries,
    requestHandler: createFetchHandler(fetch),
  });
}

/** What an AWS client is given of the credentials: nothing where it finds them by itself. */
export const toCredentials = ({ credentials }: Pick<CognitoSettings, 'credentials'>) =>
  credentials.kind === 'default' ? {} : { credentials: async () => toAwsCredentials(credentials) };

const toAwsCredentials = ({
  accessKeyId,
  secretAccessKey,
  sessionToken,
}: Extract<CognitoSettings['credentials'], { kind: 'static' }>) => ({
  accessKeyId,
  secretAccessKey: secretAccessKey.use((text) => text),
  ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.use((text) => text) }),
});

const requestGuard = z.object({
  protocol: z.string(),
  hostname: z.string(),
  port: z.number().optional(),
  path: z.string(),
  method: z.string(),
  headers: z.record(z.string(), z.string()),
  // A Uint8Array that also answers as a text; what is only read has none.
  body: z
    .instanceof(Uint8Array)
    .transform((bytes) => new Uint8Array(bytes))
    .nullish(),
});

/** Sends the requests of an AWS client by the injected fetch. */
export function createFetchHandler(fetch: Fetch) {
  return {
    async handle(request: unknown) {
      const { protocol, hostname, port, path, method, headers, body } = requestGuard.parse(request);
      // Both are set by fetch itself, from the address and the body.
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

/** What is known of a call that failed: what the SDK throws holds the answer's words too, and they are not kept. */
export function toServiceFailure(error: unknown): { status: number | null; code: string | null } {
  const { data } = serviceErrorGuard.safeParse(error);
  return { status: data?.$metadata?.httpStatusCode ?? null, code: data?.name ?? null };
}

/** Why a call came to nothing, for an administrator: what was too much, or failed at AWS, may go well later. */
export function toRefusal(error: unknown, call: string): FaceError {
  const failure = toServiceFailure(error);
  const isPassing = failure.status === null || failure.status >= 500 || failure.code === 'TooManyRequestsException';
  return new FaceError(isPassing ? 'profile_unavailable' : 'provider_refused', { ...failure, call });
}
