import { z } from 'zod';
import {
  type AccessToken,
  type CallAuthorized,
  createCallWithToken,
  toBearer,
} from '../../src/connections/access-token.js';
import { mostPhotoBytes } from '../../src/connections/company-photo.js';
import { callRest, type RestAnswer, readRetryAfterMs } from '../../src/connections/rest-call.js';
import type { JsonObject } from '../../src/core/base/json.js';
import type { Ports } from '../../src/core/deps.js';
import { type RetryPolicy, type Sleep, whileSigningIn, withRetryAfter } from '../../src/core/resilience.js';
import { Credential } from '../../src/core/secrets.js';
import { addSec } from '../../src/core/units.js';
import { FaceError } from '../../src/errors.js';
import type { ScimSettings } from './config.js';
import { toStandardNames } from './schema.js';

const timeoutMs = 4_000;
/** Seconds before the expiry of an access token at which it is replaced. */
const reserveSec = 10;

export type ScimApi = ReturnType<typeof createScimApi>;

/** @see https://www.rfc-editor.org/rfc/rfc7644#section-3.1 */
export function createScimApi(
  { baseUrl, auth }: Pick<ScimSettings, 'baseUrl' | 'auth'>,
  { fetch, clock }: Ports<'clock' | 'fetch'>,
  { patience = whileSigningIn, sleep }: { readonly patience?: RetryPolicy; readonly sleep?: Sleep } = {},
) {
  const callAuthorized = createCallAuthorized(auth, { fetch, clock });
  const send = (authorization: string, method: string, path: string, body?: JsonObject): Promise<RestAnswer> => {
    const headers: Record<string, string> = {
      Authorization: authorization,
      Accept: 'application/scim+json, application/json',
    };
    if (body !== undefined) headers['Content-Type'] = 'application/scim+json';
    const text = body === undefined ? null : JSON.stringify(body);
    return withRetryAfter(
      () => callRest(baseUrl + path, { method, headers, body: text, timeoutMs }, fetch),
      readRetryAfterMs,
      patience,
      sleep,
    );
  };
  return {
    /**
     * @param path - path after the base address, with its query
     * @throws FaceError `profile_unavailable`; `detail.call` is `token` if there is no access token
     */
    call: (method: 'GET' | 'PATCH', path: string, body?: JsonObject): Promise<RestAnswer> =>
      callAuthorized(async (authorization) => {
        const answer = await send(authorization, method, path, body);
        return { ...answer, body: toStandardNames(answer.body) };
      }),
    /** Returns true if an address is below the base address, which alone may receive the credentials. */
    isOwn: (address: string): boolean => address.startsWith(`${baseUrl}/`),
    /** Reads bytes of this server. @param address - one for which `isOwn` is true */
    load: (address: string): Promise<RestAnswer> =>
      callAuthorized((authorization) => {
        const headers = { Authorization: authorization };
        const bytes = { atMost: mostPhotoBytes };
        return callRest(address, { method: 'GET', headers, body: null, timeoutMs, bytes }, fetch);
      }),
  };
}

function createCallAuthorized(auth: ScimSettings['auth'], deps: Ports<'clock' | 'fetch'>): CallAuthorized {
  switch (auth.kind) {
    case 'bearer':
      return (send) => send(toBearer(auth.token));
    case 'basic':
      return (send) => send(auth.password.use((password) => toBasic(auth.user, password)));
    case 'client_credentials':
      return createCallWithToken(() => fetchToken(auth, deps), deps);
  }
}

const toBasic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

// The standard requires a number (RFC 6749, section 5.1), but gateways such as Apigee send text.
const lifeGuard = z.preprocess(
  (life) => (typeof life === 'string' && /^\d{1,9}$/.test(life) ? Number(life) : life),
  z.number().positive().nullish(),
);
const tokenGuard = z.object({ access_token: z.string().min(1), expires_in: lifeGuard });

async function fetchToken(
  { tokenUrl, clientId, clientSecret, scope }: Extract<ScimSettings['auth'], { kind: 'client_credentials' }>,
  { fetch, clock }: Ports<'clock' | 'fetch'>,
): Promise<AccessToken> {
  const headers = {
    // RFC 6749, section 2.3.1, requires that id and secret are encoded separately.
    Authorization: clientSecret.use((secret) => toBasic(encodeURIComponent(clientId), encodeURIComponent(secret))),
    'Content-Type': 'application/x-www-form-urlencoded',
    Accept: 'application/json',
  };
  const grant = new URLSearchParams({ grant_type: 'client_credentials' });
  if (scope !== null) grant.set('scope', scope);
  const { status, body } = await callRest(
    tokenUrl,
    { method: 'POST', headers, body: grant.toString(), timeoutMs },
    fetch,
  );
  const granted = tokenGuard.safeParse(body);
  if (status !== 200 || !granted.success) throw new FaceError('profile_unavailable', { status, call: 'token' });
  const { access_token, expires_in } = granted.data;
  // A token without a lifetime is used for one request only.
  return { value: new Credential(access_token), expiresAt: addSec(clock.now(), (expires_in ?? 0) - reserveSec) };
}
