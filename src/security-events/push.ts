import { z } from 'zod';
import type { Fetch } from '../core/ports.js';
import type { PushDelivery } from './stream.js';

export type PushOutcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

const mostErrorCharacters = 16 * 1024;

/** Error code that concerns the sender (section 2.4), so that the event may be accepted later. */
const senderUnknown = 'authentication_failed';

/** Error of RFC 8935, section 2.3. */
const errorGuard = z.object({ err: z.string().regex(/^[\w.-]{1,64}$/) });

/**
 * Pushes a Security Event Token (RFC 8935). Redirects are not followed, because the `Authorization` header is meant
 * only for the configured URL.
 */
export async function pushEvent(
  jws: string,
  { url, authorization }: PushDelivery,
  { fetch, signal, timeoutMs }: { readonly fetch: Fetch; readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<PushOutcome> {
  const credential = await authorization();
  const send = (headers: Record<string, string>): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/secevent+jwt', Accept: 'application/json', ...headers },
      body: jws,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
  try {
    const answer = await (credential === null ? send({}) : credential.use((text) => send({ Authorization: text })));
    if (answer.status === 400) return toRefusal(await readStart(answer));
    await answer.body?.cancel();
    return answer.status === 202 ? { kind: 'delivered' } : { kind: 'failed', reason: `status ${answer.status}` };
  } catch {
    // Errors of `fetch` are dropped, because they may contain URL and headers.
    return { kind: 'failed', reason: 'no answer' };
  }
}

/** Reads the error code. A response 400 without an error code may come from a proxy, so the event is retried. */
function toRefusal(text: string): PushOutcome {
  try {
    const { err } = errorGuard.parse(JSON.parse(text));
    return { kind: err === senderUnknown ? 'failed' : 'refused', reason: err };
  } catch {
    return { kind: 'failed', reason: 'status 400' };
  }
}

async function readStart({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > mostErrorCharacters) break;
  }
  return text;
}
