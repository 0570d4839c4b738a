import { Client, RequestExecutor } from '@okta/okta-sdk-nodejs';
import { z } from 'zod';
import type { Json } from '../../src/base/json.js';
import { inTime } from '../../src/core/deadline.js';
import type { Fetch } from '../../src/core/ports.js';
import { fromHttpDate } from '../../src/core/units.js';
import { FaceError } from '../../src/errors.js';
import { type Patience, sendPatiently, whileAdministering } from '../rate-limit.js';
import type { OktaConnection } from './config.js';

/** Of one request. */
const REQUEST_TIMEOUT_MS = 5_000;
/** Of one call here: up to two tokens and two requests, where the SDK finds its access token expired. */
const TOTAL_TIMEOUT_MS = 10_000;

/** Where an org is, and who we are to it. */
export type OrgAccess = Pick<OktaConnection['okta'], 'orgUrl' | 'auth'>;

/** Okta's SDK for one org, over the injected fetch. Nothing is sent yet. */
export function createClient({ orgUrl, auth }: OrgAccess, fetch: Fetch): Client {
  // Everything is given: what is not, the SDK takes from okta.yaml files and OKTA_… variables it finds.
  const shared = {
    orgUrl,
    requestExecutor: new FetchExecutor(fetch),
    // The SDK's cache would answer with a token that has been revoked meanwhile.
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

// Of a response the SDK uses what a response of fetch has, too.
const isSdkResponse = (response: object): response is SdkResponse =>
  'status' in response && 'headers' in response && 'text' in response && 'json' in response;

/**
 * Sends the SDK's requests by the injected fetch, once. The SDK's own executor has no time-out, and on 429 it sleeps
 * until the rate limit's window ends, up to a minute.
 */
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

/** A refusal of an access token, with the code of RFC 6749, section 5.2, where the SDK would go on without a token. */
class TokenRefusal extends Error {
  constructor(
    readonly status: number,
    readonly errorCode: string,
    readonly url: string,
    /** Say when a rate limit ends. */
    readonly headers: OktaAnswer['headers'],
  ) {
    super('no access token');
  }
}

/** With that code Okta asks for a proof with its nonce, which the SDK then sends. */
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

/** Okta's refusal of a call: nothing but its status, its code and the path it was about. */
export interface Refusal {
  readonly status: number;
  readonly code: string | null;
  readonly path: string | null;
}

const rateLimitGuard = z.object({
  status: z.literal(429),
  headers: z.custom<OktaAnswer['headers']>((headers) => z.object({ get: z.function() }).safeParse(headers).success),
});

/** How long until the window of a rate limit ends, by Okta's own clock; `null` where it is none, or does not say. */
function readWaitMs(error: unknown): number | null {
  const { data } = rateLimitGuard.safeParse(error);
  const now = fromHttpDate(data?.headers.get('date') ?? '');
  const resetsAtSec = Number(data?.headers.get('x-rate-limit-reset') ?? Number.NaN);
  return now === null || !Number.isFinite(resetsAtSec) ? null : Math.max(0, resetsAtSec * 1000 - now);
}

/**
 * Makes one call of the SDK, each try within `TOTAL_TIMEOUT_MS`. What it throws holds the address, the headers and Okta's
 * words about the request, so nothing but status, code and path is kept.
 * @param toRefused - what a refusal becomes
 * @param patience - how long a rate limit is waited for; one that lasts longer is reported at once
 * @throws FaceError `profile_unavailable` without an answer in time, and what `toRefused` makes
 */
export async function callOkta<Answer>(
  send: () => Promise<Answer>,
  toRefused: (refusal: Refusal) => FaceError,
  patience: Patience,
): Promise<Answer> {
  const attempt = (): Promise<Answer> =>
    inTime(send(), TOTAL_TIMEOUT_MS, () => {
      throw new FaceError('profile_unavailable', { reason: 'timeout' });
    });
  const outcome = await sendPatiently(
    () =>
      attempt().then(
        (answer) => ({ answer }),
        (error: unknown) => ({ error }),
      ),
    (tried) => ('error' in tried ? readWaitMs(tried.error) : null),
    patience,
  );
  if ('error' in outcome) throw toFailure(outcome.error, toRefused);
  return outcome.answer;
}

function toFailure(error: unknown, toRefused: (refusal: Refusal) => FaceError): FaceError {
  if (error instanceof FaceError) return error;
  const { data } = apiErrorGuard.safeParse(error);
  if (data === undefined) return new FaceError('profile_unavailable', { status: null, errorCode: null });
  const { status, errorCode, url } = data;
  const code = /^(E\d{7}|[a-z_]{1,40})$/.exec(errorCode ?? '')?.[0] ?? null;
  return toRefused({ status, code, path: url && URL.canParse(url) ? new URL(url).pathname : null });
}

/** @throws FaceError `profile_unavailable` where the answer is not what the guard takes */
export function parseAnswer<Output>(guard: z.ZodType<Output>, answer: unknown): Output {
  const parsed = guard.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new FaceError('profile_unavailable', { reason: 'answer not understood' });
}

// The SDK's own type of a response comes from a package that it does not bring along.
interface HttpResponse {
  readonly headers: OktaAnswer['headers'];
  text(): Promise<string>;
}

/** An answer of the management API, as it came. */
export interface OktaAnswer {
  readonly body: unknown;
  readonly headers: { get(name: string): string | null };
}

/** Sends one request of the management API. */
export type SendToOkta = (method: 'GET' | 'POST' | 'PUT', path: string, body?: Json) => Promise<OktaAnswer>;

/**
 * The management API without the SDK's models: those drop the fields they do not know, and a PUT would lose them.
 * @throws FaceError `provider_refused` with status, Okta's code and the call; `profile_unavailable`
 */
export function createSendToOkta(access: OrgAccess, fetch: Fetch): SendToOkta {
  const client = createClient(access, fetch);
  return (method, path, body) =>
    callOkta(
      async () => {
        const url = client.baseUrl + path;
        const headers = { Accept: 'application/json', 'Content-Type': 'application/json' };
        const request = { url, method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
        const response: HttpResponse = await client.http.http(url, request);
        const text = await response.text();
        return { body: text === '' ? null : parseJson(text), headers: response.headers };
      },
      ({ status, code, path: refusedPath }) =>
        status >= 400 && status < 500 && status !== 429
          ? new FaceError('provider_refused', { status, code, call: toCall(method, path, refusedPath) })
          : new FaceError('profile_unavailable', { status, errorCode: code }),
      whileAdministering,
    );
}

/** The call that was refused: the token for it may have been. */
const toCall = (method: string, path: string, refusedPath: string | null): string =>
  refusedPath === tokenPath ? `POST ${tokenPath}` : `${method} ${path.split('?')[0] ?? ''}`;

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new FaceError('profile_unavailable', { reason: 'answer not understood' });
  }
};
