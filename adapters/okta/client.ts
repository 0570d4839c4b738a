import { createRequire } from 'node:module';
import { Client, RequestExecutor } from '@okta/okta-sdk-nodejs';
import { z } from 'zod';
import type { AdapterDeps } from '../../src/connections/adapter.js';
import { parseAnswer, toNoAnswer, withinTime } from '../../src/connections/rest-call.js';
import { type JsonObject, parseJson } from '../../src/core/base/json.js';
import type { Fetch } from '../../src/core/ports.js';
import { type RetryPolicy, whileAdministering, withRetryAfter } from '../../src/core/resilience.js';
import { fromHttpDate } from '../../src/core/units.js';
import { FaceError, type Json } from '../../src/errors.js';
import type { OktaConnection } from './config.js';

const REQUEST_TIMEOUT_MS = 5_000;

const configLoader = z.object({
  ConfigLoader: z.custom<{ readonly prototype: { applyDefaults(): void } }>((value) => typeof value === 'function'),
});
const { ConfigLoader } = configLoader.parse(
  createRequire(import.meta.url)('@okta/okta-sdk-nodejs/src/config-loader.js'),
);
// The SDK would add settings of okta.yaml files and OKTA_… variables, and fail if such a file is empty. It has no option
// for this.
ConfigLoader.prototype.applyDefaults = () => {};

export type OrgAccess = Pick<OktaConnection['okta'], 'orgUrl' | 'auth'>;

/** Returns access with these scopes only. An API token has no scopes. */
export const withScopes = ({ orgUrl, auth }: OrgAccess, scopes: readonly string[]): OrgAccess => ({
  orgUrl,
  auth: auth.kind === 'private_key' ? { ...auth, scopes: [...scopes] } : auth,
});

export function createClient({ orgUrl, auth }: OrgAccess, fetch: Fetch): Client {
  const shared = {
    orgUrl,
    requestExecutor: new FetchExecutor(fetch),
    // The SDK's cache could return a revoked enrolment token.
    cacheMiddleware: null,
  };
  if (auth.kind === 'api_token') {
    return auth.token.use((token) => new Client({ ...shared, authorizationMode: 'SSWS', token }));
  }
  const { clientId, privateKey, keyId, scopes } = auth;
  return privateKey.use(
    (text) => new Client({ ...shared, authorizationMode: 'PrivateKey', clientId, privateKey: text, keyId, scopes }),
  );
}

type SdkResponse = Awaited<ReturnType<RequestExecutor['fetch']>>;

const isSdkResponse = (response: object): response is SdkResponse =>
  'status' in response && 'headers' in response && 'text' in response && 'json' in response;

/** Replaces the SDK's executor, which has no timeout and sleeps up to a minute after status 429. */
class FetchExecutor extends RequestExecutor {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    super();
    this.#fetch = fetch;
  }

  override async fetch(request: Parameters<RequestExecutor['fetch']>[0]): Promise<SdkResponse> {
    const { url, method, headers, body } = requestGuard.parse(request);
    const response = await this.#fetch(url, {
      method,
      headers,
      body: body ?? null,
      redirect: 'error',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    if (new URL(url).pathname === tokenPath && !response.ok) await throwUnlessNonce(response.clone(), url);
    if (!isSdkResponse(response)) throw new FaceError('internal');
    return response;
  }
}

const tokenPath = '/oauth2/v1/token';

/** Refusal of an access token (RFC 6749, section 5.2). It is thrown, because the SDK would continue without a token. */
class TokenRefusal extends Error {
  constructor(
    readonly status: number,
    readonly errorCode: string,
    readonly url: string,
    readonly headers: OktaAnswer['headers'],
  ) {
    super('no access token');
  }
}

/** Throws the refusal, unless Okta asks for a DPoP proof with a nonce, which the SDK then sends. */
async function throwUnlessNonce(response: Response, url: string): Promise<void> {
  const { data } = z.object({ error: z.string() }).safeParse(await response.json().catch(() => null));
  if (data?.error === 'use_dpop_nonce') return;
  throw new TokenRefusal(response.status, data?.error ?? '', url, response.headers);
}

const requestGuard = z.object({
  url: z.string(),
  method: z.string().transform((name) => name.toUpperCase()),
  headers: z.record(z.string(), z.string()),
  body: z.string().nullish(),
});

const apiErrorGuard = z.object({ status: z.number(), errorCode: z.string().nullish(), url: z.string().nullish() });

export interface Refusal {
  readonly status: number;
  readonly code: string | null;
  readonly path: string | null;
}

const rateLimitGuard = z.object({
  status: z.literal(429),
  headers: z.custom<OktaAnswer['headers']>((headers) => z.object({ get: z.function() }).safeParse(headers).success),
});

/** Returns the error if Okta issued no access token, because the application lacks a scope: nothing was asked. */
export const nameScopes = ({ status, code }: Refusal, scopes: readonly string[]): FaceError | null =>
  code === 'invalid_scope' ? new FaceError('provider_refused', { status, errorCode: code, scopes: [...scopes] }) : null;

/** Returns the time until the rate limit resets, by Okta's clock; `null` if unknown. */
function readWaitMs(error: unknown): number | null {
  const { data } = rateLimitGuard.safeParse(error);
  const now = fromHttpDate(data?.headers.get('date') ?? '');
  const resetsAtSec = Number(data?.headers.get('x-rate-limit-reset') ?? Number.NaN);
  return now === null || !Number.isFinite(resetsAtSec) ? null : Math.max(0, resetsAtSec * 1000 - now);
}

/**
 * Makes one SDK call. The SDK's errors contain request text, so only status, code and path are kept.
 * @param patience - longest wait for a rate limit
 * @throws FaceError `profile_unavailable` if Okta does not answer in time; errors of `toRefused`
 */
export async function callOkta<Answer>(
  send: () => Promise<Answer>,
  toRefused: (refusal: Refusal) => FaceError,
  patience: RetryPolicy,
): Promise<Answer> {
  const outcome = await withRetryAfter(
    () =>
      withinTime(send).then(
        (answer) => ({ isAnswered: true, answer }) as const,
        (error: unknown) => ({ isAnswered: false, error }) as const,
      ),
    (attempt) => (attempt.isAnswered ? null : readWaitMs(attempt.error)),
    patience,
  );
  if (!outcome.isAnswered) throw toFailure(outcome.error, toRefused);
  return outcome.answer;
}

function toFailure(error: unknown, toRefused: (refusal: Refusal) => FaceError): FaceError {
  if (error instanceof FaceError) return error;
  const { data } = apiErrorGuard.safeParse(error);
  if (data === undefined) return new FaceError('profile_unavailable', toNoAnswer(error));
  const { status, errorCode, url } = data;
  const code = /^(E\d{7}|[a-z_]{1,40})$/.exec(errorCode ?? '')?.[0] ?? null;
  return toRefused({ status, code, path: url && URL.canParse(url) ? new URL(url).pathname : null });
}

export interface OktaAnswer {
  readonly body: unknown;
  readonly headers: { get(name: string): string | null };
}

export type SendToOkta = (method: 'GET' | 'POST' | 'PUT', path: string, body?: Json) => Promise<OktaAnswer>;

export interface OktaProvisionDeps extends AdapterDeps<OktaConnection> {
  readonly send: SendToOkta;
}

/** Makes one call without the SDK's models. */
export async function callRaw(client: Client, method: string, path: string, body?: Json): Promise<OktaAnswer> {
  const headers = { Accept: 'application/json', 'Content-Type': 'application/json' };
  const url = client.baseUrl + path;
  const request = { url, method, headers, body: body === undefined ? undefined : JSON.stringify(body) };
  const response: Pick<Response, 'headers' | 'text'> = await client.http.http(url, request);
  const text = await response.text();
  const answer = text === '' ? null : parseJson(text);
  if (answer === undefined) throw new FaceError('profile_unavailable', { reason: 'answer not understood' });
  return { body: answer, headers: response.headers };
}

/**
 * Creates an API client without the SDK's models, because they drop unknown fields, which a PUT would then delete.
 * @throws FaceError `provider_refused` with status, code and call; `profile_unavailable`
 */
export function createSendToOkta(access: OrgAccess, fetch: Fetch, patience = whileAdministering): SendToOkta {
  const client = createClient(access, fetch);
  return (method, path, body) =>
    callOkta(
      () => callRaw(client, method, path, body),
      ({ status, code, path: refusedPath }) =>
        status >= 400 && status < 500 && status !== 429
          ? new FaceError('provider_refused', { status, code, call: toCall(method, path, refusedPath) })
          : new FaceError('profile_unavailable', { status, errorCode: code }),
      patience,
    );
}

const toCall = (method: string, path: string, refusedPath: string | null): string =>
  refusedPath === tokenPath ? `POST ${tokenPath}` : `${method} ${path.split('?')[0] ?? ''}`;

const maxPages = 100;

const entryGuard = z.looseObject({ id: z.string() });

/** @throws FaceError `provider_refused`, `profile_unavailable`, also if the answer is no list */
export async function listAll<Entry>(guard: z.ZodType<Entry>, path: string, send: SendToOkta): Promise<Entry[]> {
  const found: Entry[] = [];
  let pages = 0;
  for await (const entries of listPages(entryGuard, path, send)) {
    found.push(...entries.flatMap((entry) => guard.safeParse(entry).data ?? []));
    if (++pages > maxPages) throw new FaceError('profile_unavailable', { reason: 'too many pages' });
  }
  return found;
}

export async function* listPages<Entry>(
  guard: z.ZodType<Entry>,
  path: string,
  send: SendToOkta,
): AsyncGenerator<Entry[]> {
  let next: string | null = path;
  while (next !== null) {
    const { body, headers } = await send('GET', next);
    yield parseAnswer(z.array(guard), body);
    next = nextPageOf(headers);
  }
}

/** @see https://developer.okta.com/docs/api/#pagination */
export function nextPageOf(headers: OktaAnswer['headers']): string | null {
  const link = /<([^>]+)>;\s*rel="next"/.exec(headers.get('link') ?? '')?.[1];
  return link !== undefined && URL.canParse(link) ? new URL(link).pathname + new URL(link).search : null;
}

const readOnlyFields = ['id', 'created', 'lastUpdated', '_links', '_embedded'];

export function toWritable(found: unknown, alsoOmitted: readonly string[]): JsonObject {
  const omitted = new Set([...readOnlyFields, ...alsoOmitted]);
  const fields = parseAnswer(z.record(z.string(), z.json()), found);
  return Object.fromEntries(Object.entries(fields).filter(([field]) => !omitted.has(field)));
}
