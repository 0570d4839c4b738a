import { type JWTPayload, SignJWT } from 'jose';
import { z } from 'zod';
import type { HookChannel, InlineHook, Org } from './org.js';
import { isoNow } from './org.js';

/** Longest answer that Okta reads. */
const ANSWER_MAX_BYTES = 256 * 1024;

/** Result of a call: a JSON answer (`{}` for 204), or the failure. */
export type HookAnswer =
  | { readonly ok: true; readonly body: unknown }
  | {
      readonly ok: false;
      readonly reason: 'timeout' | 'connection' | 'status' | 'too_large' | 'malformed' | 'token';
      readonly status: number | null;
    };

/**
 * Calls a hook as Okta does: without redirects, and in 3 s including the OAuth token. `retry` allows one retry, except
 * after 2xx or 4xx.
 * @see https://developer.okta.com/docs/concepts/inline-hooks/
 */
export async function callHook(org: Org, hook: InlineHook, payload: unknown, retry: boolean): Promise<HookAnswer> {
  let answer = await callOnce(org, hook.channel, payload);
  if (retry && isWorthRetrying(answer)) answer = await callOnce(org, hook.channel, payload);
  org.hookAnswers.push(answer.ok ? answer.body : null);
  org.log.push({
    eventType: 'inline_hook.executed',
    published: isoNow(org),
    outcome: answer.ok ? { result: 'SUCCESS', reason: null } : { result: 'FAILURE', reason: describe(answer) },
    target: { id: hook.id },
    debugContext: null,
  });
  return answer;
}

const isWorthRetrying = (answer: HookAnswer): boolean =>
  !answer.ok &&
  (answer.reason === 'timeout' ||
    answer.reason === 'connection' ||
    (answer.reason === 'status' && (answer.status ?? 0) >= 500));

const describe = ({ reason, status }: Extract<HookAnswer, { ok: false }>): string =>
  status === null ? reason : `${reason} ${status}`;

export function toHeaders(config: HookChannel['config']): Headers {
  const headers = new Headers({ Accept: 'application/json', 'Content-Type': 'application/json' });
  for (const { key, value } of config.headers) headers.set(key, value);
  if ('authScheme' in config && config.authScheme !== null) {
    headers.set(config.authScheme.key, config.authScheme.value);
  }
  return headers;
}

async function callOnce(org: Org, channel: HookChannel, payload: unknown): Promise<HookAnswer> {
  const signal = AbortSignal.timeout(org.hookTimeoutMs);
  try {
    const headers = toHeaders(channel.config);
    if (channel.type === 'OAUTH') {
      const token = await fetchToken(org, channel.config, signal);
      if (token === null) return { ok: false, reason: 'token', status: null };
      headers.set('Authorization', `Bearer ${token}`);
    }
    const response = await fetch(channel.config.uri, {
      method: 'POST',
      headers,
      body: JSON.stringify(payload),
      redirect: 'manual',
      signal,
    });
    const text = await response.text();
    if (response.status === 204) return { ok: true, body: {} };
    if (response.status !== 200) return { ok: false, reason: 'status', status: response.status };
    if (Buffer.byteLength(text) >= ANSWER_MAX_BYTES) return { ok: false, reason: 'too_large', status: null };
    return parse(text);
  } catch {
    return { ok: false, reason: signal.aborted ? 'timeout' : 'connection', status: null };
  }
}

function parse(text: string): HookAnswer {
  try {
    return { ok: true, body: JSON.parse(text) };
  } catch {
    return { ok: false, reason: 'malformed', status: null };
  }
}

const tokenGuard = z.object({ access_token: z.string() });

/** Fetches a new access token of an OAuth channel for each call. */
async function fetchToken(
  org: Org,
  config: Extract<HookChannel, { type: 'OAUTH' }>['config'],
  signal: AbortSignal,
): Promise<string | null> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', scope: config.scope });
  if (config.authType === 'client_secret_post') {
    form.set('client_id', config.clientId);
    form.set('client_secret', config.clientSecret ?? '');
  } else {
    form.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    form.set('client_assertion', await signAssertion(org, config));
  }
  const response = await fetch(config.tokenUrl, { method: 'POST', body: form, signal });
  const parsed = tokenGuard.safeParse(await response.json().catch(() => null));
  return response.ok && parsed.success ? parsed.data.access_token : null;
}

async function signAssertion(org: Org, config: Extract<HookChannel, { type: 'OAUTH' }>['config']): Promise<string> {
  const key = org.hookKeys.get(config.hookKeyId ?? '');
  if (key === undefined) throw new Error('no such hook key');
  const claims: JWTPayload = { iss: config.clientId, sub: config.clientId, aud: config.tokenUrl };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: key.keyId })
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(key.privateKey);
}
