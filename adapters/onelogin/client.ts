import { z } from 'zod';
import { type AccessToken, createCallWithToken } from '../../src/connections/access-token.js';
import {
  callRest,
  parseAnswer,
  type RestAnswer,
  readRetryAfterMs,
  withinTime,
} from '../../src/connections/rest-call.js';
import type { JsonObject } from '../../src/core/base/json.js';
import type { Ports } from '../../src/core/deps.js';
import type { CallerClass } from '../../src/core/ports.js';
import { type RetryPolicy, whileSearching, whileSigningIn, withRetryAfter } from '../../src/core/resilience.js';
import { Credential } from '../../src/core/secrets.js';
import { addSec, type EpochMs, epochMs } from '../../src/core/units.js';
import { FaceError } from '../../src/errors.js';
import type { OneLoginSettings } from './config.js';

const REQUEST_TIMEOUT_MS = 5_000;
const LONGEST_WAIT_SEC = 3_600;
const USUAL_WAIT_SEC = 60;
/** Share of the hourly calls that anonymous callers cannot use. */
const KEPT_FROM_ANONYMOUS = 0.5;

export type OneLoginApi = ReturnType<typeof createOneLoginApi>;

interface Sent {
  readonly body: JsonObject | null;
  readonly caller: CallerClass;
  readonly patience: RetryPolicy;
}

// OneLogin returns the same token until it expires; `created_at` is the time of its first issue.
const tokenGuard = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive(),
  created_at: z.coerce.date().nullish().catch(null),
});

export const toUnavailable = (detail: JsonObject): FaceError => new FaceError('profile_unavailable', detail);

/** @throws FaceError `profile_unavailable` unless the answer has status 200 and the documented form */
export function parseOk<Output>(guard: z.ZodType<Output>, { status, body }: RestAnswer): Output {
  if (status !== 200) throw toUnavailable({ status });
  return parseAnswer(guard, body);
}

const laterOf = (one: EpochMs, other: EpochMs): EpochMs => epochMs(Math.max(one, other));

/**
 * Creates the API client. Concurrent calls share one access token, and a rate limit pauses all calls.
 * @see https://developers.onelogin.com/api-docs/2/oauth20-tokens/generate-tokens
 */
export function createOneLoginApi(
  { accountUrl, clientId, clientSecret }: Pick<OneLoginSettings, 'accountUrl' | 'clientId' | 'clientSecret'>,
  { fetch, clock }: Ports<'clock' | 'fetch'>,
) {
  // End of the wait after a rate limit. Separate for anonymous callers, so that they cannot slow down others.
  const silentUntil: Record<CallerClass, EpochMs> = { known: epochMs(0), anonymous: epochMs(0) };

  const checkMaySend = (caller: CallerClass): void => {
    const until = caller === 'known' ? silentUntil.known : Math.max(silentUntil.known, silentUntil.anonymous);
    const waitSec = Math.ceil((until - clock.now()) / 1000);
    if (waitSec > 0) throw toUnavailable({ status: 429, retryAfterSec: waitSec });
  };

  const send = async (
    method: string,
    path: string,
    authorization: string,
    { body, caller, patience }: Sent,
  ): Promise<RestAnswer> => {
    checkMaySend(caller);
    const request = {
      method,
      headers: { Authorization: authorization, 'Content-Type': 'application/json' },
      body: body === null ? null : JSON.stringify(body),
      timeoutMs: REQUEST_TIMEOUT_MS,
    };
    const answer = await withRetryAfter(() => callRest(accountUrl + path, request, fetch), readWaitMs, patience);
    const { retryAfterSec, isScarce } = readRateLimit(answer.headers);
    const until = addSec(clock.now(), retryAfterSec);
    if (isScarce) silentUntil.anonymous = laterOf(silentUntil.anonymous, until);
    if (answer.status !== 429) return answer;
    silentUntil[caller] = laterOf(silentUntil[caller], until);
    throw toUnavailable({ status: 429, retryAfterSec });
  };

  const fetchToken = async (): Promise<AccessToken> => {
    const credentials = clientSecret.use((secret) => `client_id:${clientId}, client_secret:${secret}`);
    const grant = { grant_type: 'client_credentials' };
    const call = { body: grant, caller: 'known', patience: whileSigningIn } as const;
    const { status, body } = await send('POST', '/auth/oauth2/v2/token', credentials, call);
    const granted = tokenGuard.safeParse(body);
    if (status !== 200 || !granted.success) throw toUnavailable({ status, call: 'token' });
    const { access_token, expires_in, created_at } = granted.data;
    const now = clock.now();
    const since = epochMs(Math.min(now, created_at?.getTime() ?? now));
    return { value: new Credential(access_token), expiresAt: addSec(since, expires_in) };
  };
  const callWithToken = createCallWithToken(fetchToken, { clock });
  const callWithinTime = (method: string, path: string, sent: Sent, waitSec?: number): Promise<RestAnswer> =>
    withinTime(async () => {
      checkMaySend(sent.caller);
      return callWithToken((authorization) => send(method, path, authorization, sent));
    }, waitSec);

  return {
    /**
     * Makes one call. If the access token was revoked, the call is retried once with a new access token.
     * @param asker - anonymous callers are refused when less than half of the window's calls is left
     * @throws FaceError `profile_unavailable`; `detail.retryAfterSec` after a rate limit
     */
    call: (
      method: 'GET' | 'POST' | 'PUT',
      path: string,
      body: JsonObject | null = null,
      caller: CallerClass = 'known',
    ): Promise<RestAnswer> => callWithinTime(method, path, { body, caller, patience: whileSigningIn }),
    /**
     * Reads a list for a search in the console. It waits longer for a rate limit, and leaves half of the window's calls.
     * @throws FaceError `profile_unavailable`
     */
    search: (path: string): Promise<RestAnswer> =>
      callWithinTime(
        'GET',
        path,
        { body: null, caller: 'anonymous', patience: whileSearching },
        whileSearching.longestWaitSec,
      ),
  };
}

/** Returns the wait that OneLogin states, in the header of HTTP or in its own one. */
const readWaitMs = (answer: RestAnswer): number | null =>
  readRetryAfterMs(answer) ?? (answer.status === 429 ? readRateLimit(answer.headers).retryAfterSec * 1000 : null);

function readRateLimit(headers: Headers): { readonly retryAfterSec: number; readonly isScarce: boolean } {
  const read = (name: string): number => Number(headers.get(`x-ratelimit-${name}`) || Number.NaN);
  const resetSec = read('reset');
  return {
    retryAfterSec: resetSec >= 1 ? Math.min(Math.ceil(resetSec), LONGEST_WAIT_SEC) : USUAL_WAIT_SEC,
    isScarce: read('remaining') < read('limit') * KEPT_FROM_ANONYMOUS,
  };
}
