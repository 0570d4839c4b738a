import { createHash, X509Certificate } from 'node:crypto';
import {
  AuthError,
  ConfidentialClientApplication,
  type INetworkModule,
  type NetworkRequestOptions,
  type NetworkResponse,
} from '@azure/msal-node';
import { z } from 'zod';
import {
  callRest,
  mayBeRetried,
  type RestAnswer,
  type RestCall,
  readRetryAfterMs,
} from '../../src/connections/rest-call.js';
import { findCause } from '../../src/core/base/failure-cause.js';
import type { Fetch } from '../../src/core/ports.js';
import { type BackOff, backOffMs, type RetryPolicy, type Sleep, withRetryAfter } from '../../src/core/resilience.js';
import { FaceError, type Json } from '../../src/errors.js';
import type { EntraSettings } from './config.js';

const REQUEST_TIMEOUT_MS = 4_000;

export interface GraphCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path and query after `/v1.0`, or the full address of an `@odata.nextLink`. */
  readonly path: string;
  /** Members that are `undefined` are not sent. */
  readonly body?: Readonly<Record<string, Json | undefined>> | undefined;
  readonly tenantId?: string;
  readonly bytes?: RestCall['bytes'];
  /** The call is not repeated after status 503, because it may have had an effect. */
  readonly once?: true;
}

/**
 * Calls Graph with the application's own permissions.
 * @throws FaceError `profile_unavailable`; `detail.reason` says why
 */
export type SendToGraph = (call: GraphCall) => Promise<RestAnswer>;

/**
 * Creates a Microsoft Graph client. MSAL, Microsoft's library, caches the access tokens.
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export function createGraphClient(
  settings: Pick<EntraSettings, 'tenantId' | 'clientId' | 'auth' | 'login' | 'graph'>,
  fetch: Fetch,
  { patience, sleep }: { readonly patience: RetryPolicy; readonly sleep: Sleep },
): SendToGraph {
  const { tenantId: homeTenantId, login, graph } = settings;
  // MSAL's errors do not contain the errors of fetch.
  let cause: string | null = null;
  const application = createApplication(settings, async (url, init) => {
    cause = null;
    try {
      return await fetch(url, init);
    } catch (error) {
      cause = findCause(error);
      throw error;
    }
  });

  const send = async (call: GraphCall, { skipCache }: { readonly skipCache: boolean }): Promise<RestAnswer> => {
    const { method, path, body, bytes, tenantId = homeTenantId } = call;
    const url = path.startsWith('/') ? `${graph}/v1.0${path}` : path;
    // The address of a next page must be on Graph, so that the access token is sent to no other host.
    if (!url.startsWith(`${graph}/`)) throw new FaceError('profile_unavailable', { reason: 'foreign address' });
    const scope = { scopes: [`${graph}/.default`], authority: `${login}/${tenantId}`, skipCache };
    const token = await takeToken(application, scope, () => cause);
    const headers: Record<string, string> = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    // Graph requires this header for queries with `$count`. Addresses of next pages may encode the `$`.
    if (/(?:\$|%24)count=true/.test(path)) headers.ConsistencyLevel = 'eventual';
    return callRest(
      url,
      {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        timeoutMs: REQUEST_TIMEOUT_MS,
        bytes,
      },
      fetch,
    );
  };

  const sendOnce: SendToGraph = async (call) => {
    const answer = await send(call, { skipCache: false });
    // Entra can revoke access tokens early. After a 401, a new one is requested, because MSAL would still return the
    // cached one.
    return answer.status === 401 ? send(call, { skipCache: true }) : answer;
  };

  return (call) =>
    withRetryAfter(
      () => sendOnce(call),
      (answer, tried) => (call.once && answer.status !== 429 ? null : readWaitMs(answer, tried)),
      patience,
      sleep,
    );
}

const towardsGraph: BackOff = { firstMs: 500, longestMs: 60_000 };

/**
 * Returns the wait before the next attempt: Graph's Retry-After, or an exponential back-off. @see
 * https://learn.microsoft.com/en-us/graph/throttling
 */
const readWaitMs = (answer: RestAnswer, tried: number): number | null =>
  mayBeRetried(answer) ? (readRetryAfterMs(answer) ?? backOffMs(towardsGraph, tried)) : null;

const graphErrorGuard = z.object({
  error: z.object({ code: z.string().regex(/^\w{1,64}$/), message: z.string().catch('') }),
});

export function toRefusalDetail({ status, body }: RestAnswer): { status: number; code: string | null } {
  const parsed = graphErrorGuard.safeParse(body);
  return { status, code: parsed.success ? parsed.data.error.code : null };
}

/**
 * Returns true if Graph refused because a required object does not exist or is not visible yet.
 * @see https://learn.microsoft.com/en-us/graph/errors
 */
export function isNotFound({ status, body }: RestAnswer): boolean {
  if (status === 404) return true;
  const { data } = graphErrorGuard.safeParse(body);
  // AADB2C90063 means that an external tenant lacks the service principal of the events service.
  return status === 400 && /does not exist|not found|cannot be found|AADB2C90063/i.test(data?.error.message ?? '');
}

function createApplication(
  { tenantId, clientId, auth, login }: Pick<EntraSettings, 'tenantId' | 'clientId' | 'auth' | 'login'>,
  fetch: Fetch,
): ConfidentialClientApplication {
  const shared = { clientId, authority: `${login}/${tenantId}`, knownAuthorities: [new URL(login).host] };
  const system = { networkClient: createNetwork(fetch) };
  if (auth.kind === 'secret') {
    return auth.secret.use(
      (clientSecret) => new ConfidentialClientApplication({ auth: { ...shared, clientSecret }, system }),
    );
  }
  const { raw } = new X509Certificate(auth.certificate);
  const thumbprintSha256 = createHash('sha256').update(raw).digest('hex');
  return auth.privateKey.use(
    (privateKey) =>
      new ConfidentialClientApplication({
        auth: { ...shared, clientCertificate: { thumbprintSha256, privateKey } },
        system,
      }),
  );
}

async function takeToken(
  application: ConfidentialClientApplication,
  request: Parameters<ConfidentialClientApplication['acquireTokenByClientCredential']>[0],
  readCause: () => string | null,
): Promise<string> {
  try {
    const result = await application.acquireTokenByClientCredential(request);
    if (result !== null) return result.accessToken;
  } catch (error) {
    // The error has no cause, because MSAL's error contains the request with the secret.
    throw new FaceError('profile_unavailable', {
      reason: 'no access token',
      ...toTokenFailure(error),
      cause: readCause(),
    });
  }
  throw new FaceError('profile_unavailable', { reason: 'no access token' });
}

function toTokenFailure(error: unknown): { [name: string]: Json } {
  if (!(error instanceof AuthError)) return {};
  const refusal = /^[a-z_]{1,40}$/.exec(error.errorCode)?.[0] ?? null;
  return { refusal, number: /AADSTS\d{2,9}/.exec(error.errorMessage)?.[0] ?? null };
}

/** Replaces MSAL's network client, which has no timeout for token requests. */
function createNetwork(fetch: Fetch): INetworkModule {
  const send = async <T>(
    method: 'GET' | 'POST',
    url: string,
    options: NetworkRequestOptions | undefined,
  ): Promise<NetworkResponse<T>> => {
    const response = await fetch(url, {
      method,
      headers: options?.headers ?? {},
      body: options?.body ?? null,
      redirect: 'error',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: JSON.parse(await response.text()),
    };
  };
  return {
    sendGetRequestAsync: (url, options) => send('GET', url, options),
    sendPostRequestAsync: (url, options) => send('POST', url, options),
  };
}
