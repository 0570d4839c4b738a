import { z } from 'zod';
import { findCause } from '../core/base/failure-cause.js';
import { type JsonObject, parseJson } from '../core/base/json.js';
import { systemCodeOf } from '../core/base/system-error.js';
import type { Fetch } from '../core/ports.js';
import { parseRetryAfterMs, withTimeout } from '../core/resilience.js';
import { FaceError } from '../errors.js';

const maxAnswerBytes = 8 * 1024 * 1024;

const tooLong = { reason: 'answer too long' };

export const isTooLong = (error: unknown): boolean => error instanceof FaceError && error.detail === tooLong;

export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed but unchecked JSON; `undefined` if the answer contains none. A `Uint8Array` if bytes were asked for. */
  readonly body: unknown;
}

export interface RestCall {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly timeoutMs: number;
  /** Asks for bytes in place of JSON. A longer answer has no body. Redirects are answers. */
  readonly bytes?: { readonly atMost: number } | undefined;
}

/**
 * Sends one request. It follows no redirects, because the credentials in the headers are for this address only, except
 * to the same address with a slash at its end. Errors of fetch are dropped, because they may contain headers.
 * @throws FaceError `profile_unavailable`
 */
export async function callRest(url: string, call: RestCall, fetch: Fetch): Promise<RestAnswer> {
  const { method, headers, body, timeoutMs, bytes } = call;
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method, headers, body, redirect: 'manual', signal });
    if (bytes !== undefined)
      return { status: response.status, headers: response.headers, body: await readBytes(response, bytes) };
    if ([301, 302, 303, 307, 308].includes(response.status)) {
      await response.body?.cancel();
      const slashed = new URL(url);
      slashed.pathname += '/';
      const isSlash = new URL(response.headers.get('location') ?? '', url).href === slashed.href;
      if (!isSlash || url.split('?', 1)[0]?.endsWith('/')) throw new TypeError('redirected');
      return await callRest(slashed.href, call, fetch);
    }
    return { status: response.status, headers: response.headers, body: parseJson(await readText(response)) };
  } catch (error) {
    if (error instanceof FaceError) throw error;
    throw new FaceError('profile_unavailable', toNoAnswer(error));
  }
}

/** Returns the detail of a call that got no answer. The cause is a fixed text, because errors of fetch quote headers. */
export function toNoAnswer(error: unknown): JsonObject {
  const cause = findCause(error);
  if (systemCodeOf(error) === 'ENOTFOUND') return { reason: 'no answer', cause, host: 'unknown' };
  return cause === null ? { reason: 'no answer' } : { reason: 'no answer', cause };
}

const totalTimeoutMs = 10_000;

/**
 * Limits the time of one operation, including all its API calls.
 * @param waitSec - additional time for a wait that the provider demands
 * @throws FaceError `profile_unavailable` if it takes longer
 */
export const withinTime = <Answer>(work: () => Promise<Answer>, waitSec = 0): Promise<Answer> =>
  withTimeout(work(), totalTimeoutMs + waitSec * 1000, () => {
    throw new FaceError('profile_unavailable', { reason: 'timeout' });
  });

/** @throws FaceError `profile_unavailable` if an answer does not have the form that the provider documents */
export function parseAnswer<Output>(guard: z.ZodType<Output>, body: unknown): Output {
  const parsed = guard.safeParse(body);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.map(String).join('.').slice(0, 200) ?? '';
  throw new FaceError('profile_unavailable', { reason: 'answer not understood', field });
}

/** Guard of a list that a provider may omit. Some providers write `null` in place of an entry. */
export const listOf = <Each extends z.ZodType>(each: Each) =>
  z
    .array(each.nullable())
    .nullish()
    .transform((all) => (all ?? []).flatMap((one) => (one === null ? [] : [one])));

/** Returns `undefined` if there are more bytes. */
async function readBytes({ body }: Response, { atMost }: { readonly atMost: number }): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of body ?? []) {
      chunks.push(chunk);
      sizeBytes += chunk.length;
      if (sizeBytes > atMost) return undefined;
    }
    return Buffer.concat(chunks);
  } finally {
    // They may be a photo.
    for (const chunk of chunks) chunk.fill(0);
  }
}

async function readText({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let sizeBytes = 0;
  for await (const chunk of body ?? []) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxAnswerBytes) throw new FaceError('profile_unavailable', tooLong);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

export const mayBeRetried = ({ status }: Pick<RestAnswer, 'status'>): boolean => status === 429 || status === 503;

/** Returns the wait that a Retry-After header demands, or `null` if there is none. */
export const readRetryAfterMs = (answer: Pick<RestAnswer, 'status' | 'headers'>): number | null =>
  mayBeRetried(answer) ? parseRetryAfterMs((name) => answer.headers.get(name)) : null;
