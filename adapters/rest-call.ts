import type { Fetch } from '../src/core/ports.js';
import { FaceError } from '../src/errors.js';

/** Longest answer that is read: a thousand entries of what providers list. */
const maxAnswerBytes = 8 * 1024 * 1024;

const tooLong = { reason: 'answer too long' };

/** Whether a call failed as its answer is longer than is read: the same one will be so again. */
export const isTooLong = (error: unknown): boolean => error instanceof FaceError && error.detail === tooLong;

/** What a provider's API answered, whatever the status. */
export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; `undefined` where there is none. Nothing in it is checked. */
  readonly body: unknown;
}

/** One request of a provider's API. */
export interface RestCall {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Until the answer is read to its end. */
  readonly timeoutMs: number;
}

/**
 * Sends one request, and follows no redirect: what is in its headers is for that address alone.
 * @throws FaceError `profile_unavailable`: no answer in time, or a longer one than is read. What fetch throws may hold the
 *   address and the headers: nothing of it is kept
 */
export async function callRest(url: string, call: RestCall, fetch: Fetch): Promise<RestAnswer> {
  const { method, headers, body, timeoutMs } = call;
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method, headers, body, redirect: 'error', signal });
    return { status: response.status, headers: response.headers, body: parseJson(await readText(response)) };
  } catch (error) {
    if (isTooLong(error)) throw error;
    throw new FaceError('profile_unavailable', { reason: 'no answer' });
  }
}

async function readText({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let sizeBytes = 0;
  for await (const chunk of body ?? []) {
    sizeBytes += chunk.length;
    // Leaving the loop cancels the rest.
    if (sizeBytes > maxAnswerBytes) throw new FaceError('profile_unavailable', tooLong);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
