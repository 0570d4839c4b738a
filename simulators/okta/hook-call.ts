import type { HookChannel, InlineHook } from './hooks.js';
import { note, type Org } from './org.js';

/** Longest answer that Okta reads. */
const ANSWER_MAX_BYTES = 256 * 1024;

/** Result of a call: a JSON answer (`{}` for 204), or the failure. */
export type HookAnswer =
  | { readonly ok: true; readonly body: unknown }
  | {
      readonly ok: false;
      readonly reason: 'timeout' | 'connection' | 'status' | 'too_large' | 'malformed';
      readonly status: number | null;
    };

/**
 * Calls a hook as Okta does: without redirects, and in 3 s. `retry` allows one retry, except after 2xx or 4xx.
 * @see https://developer.okta.com/docs/concepts/inline-hooks/
 */
export async function callHook(org: Org, hook: InlineHook, payload: unknown, retry: boolean): Promise<HookAnswer> {
  let answer = await callOnce(org, hook.channel, payload);
  if (retry && isWorthRetrying(answer)) answer = await callOnce(org, hook.channel, payload);
  org.hookAnswers.push(answer.ok ? answer.body : null);
  note(org, 'inline_hook.executed', hook.id, answer.ok ? null : describe(answer));
  return answer;
}

const isWorthRetrying = (answer: HookAnswer): boolean =>
  !answer.ok &&
  (answer.reason === 'timeout' ||
    answer.reason === 'connection' ||
    (answer.reason === 'status' && (answer.status ?? 0) >= 500));

const describe = ({ reason, status }: Extract<HookAnswer, { ok: false }>): string =>
  status === null ? reason : `${reason} ${status}`;

export function toHeaders({ config }: HookChannel): Headers {
  const headers = new Headers({ Accept: 'application/json', 'Content-Type': 'application/json' });
  for (const { key, value } of config.headers) headers.set(key, value);
  if (config.authScheme !== null) headers.set(config.authScheme.key, config.authScheme.value);
  return headers;
}

async function callOnce(org: Org, channel: HookChannel, payload: unknown): Promise<HookAnswer> {
  const signal = AbortSignal.timeout(org.hookTimeoutMs);
  try {
    const response = await fetch(channel.config.uri, {
      method: 'POST',
      headers: toHeaders(channel),
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
