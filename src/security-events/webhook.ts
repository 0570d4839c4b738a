import type { WebhookConfig } from '../config/webhooks.js';
import { readRetryAfterMs } from '../connections/rest-call.js';
import { findCause } from '../core/base/failure-cause.js';
import type { Serializable } from '../core/base/json.js';
import { version } from '../core/base/version.js';
import type { Ports } from '../core/deps.js';
import { toIso } from '../core/units.js';
import { signWebhook } from '../core/webhook-signature.js';
import type { SecurityEvent } from './event.js';
import type { PushOutcome } from './ports.js';
import { toWebhookStream, type WebhookDelivery } from './stream.js';

/** Time for the whole answer, as Standard Webhooks recommends (15 to 30 s), in milliseconds. */
const answerMs = 15_000;

/** Longest `Retry-After` that is followed, in milliseconds. */
const longestRetryAfterMs = 60 * 60 * 1000;

export const senderHeaders = { 'User-Agent': `facestep/${version}` } as const;

export const noAnswer = { kind: 'failed', reason: 'no answer', retryAfterMs: null } as const;

/** Returns the outcome of an answer after which the event is sent again. */
export function toFailure(answer: Pick<Response, 'status' | 'headers'>): Extract<PushOutcome, { kind: 'failed' }> {
  const waitMs = readRetryAfterMs(answer);
  const retryAfterMs = waitMs === null ? null : Math.min(waitMs, longestRetryAfterMs);
  return { kind: 'failed', reason: `status ${answer.status}`, retryAfterMs };
}

/** Answers to this one event: its content is refused, or the receiver wants no further attempts (410). */
const refusedStatuses: readonly number[] = [400, 403, 410, 413, 422];

/** A message as receivers read it: type, time of the cause, and what is known about it. */
export interface WebhookMessage {
  readonly type: string;
  readonly timestamp: string;
  readonly data: Serializable;
}

export const toWebhookMessage = ({ name, time, connection, subject, detail }: SecurityEvent): WebhookMessage => ({
  type: name,
  timestamp: toIso(time),
  data: { connection, subject: subject === '' ? undefined : subject, ...detail },
});

/**
 * Sends a message as in Standard Webhooks. Redirects are not followed, because the receiver is the configured address.
 * @param id - the same for each repetition, so that the receiver recognizes it
 */
export async function postWebhook(
  id: string,
  message: WebhookMessage,
  { url, secrets }: WebhookDelivery,
  { fetch, clock, signal }: Ports<'fetch' | 'clock'> & { readonly signal: AbortSignal },
): Promise<PushOutcome> {
  const { type, timestamp, data } = message;
  const body = JSON.stringify({ type, timestamp, data });
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { ...signWebhook({ id, body, at: clock.now() }, secrets), ...senderHeaders },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
    });
    await answer.body?.cancel();
    if (answer.ok) return { kind: 'delivered' };
    const failure = toFailure(answer);
    return refusedStatuses.includes(answer.status) ? { kind: 'refused', reason: failure.reason } : failure;
  } catch (error) {
    // Only known causes are named, because errors of `fetch` may contain the URL.
    const cause = findCause(error);
    return cause === null ? noAnswer : { ...noAnswer, reason: `no answer: ${cause}` };
  }
}

/** Sends an event of the type `webhook.test`, without personal data, once. @returns `reason`: `null` if delivered */
export async function sendTestEvent(
  webhook: WebhookConfig,
  { random, ...deps }: Ports<'clock' | 'random' | 'fetch'>,
): Promise<{ readonly id: string; readonly reason: string | null }> {
  const id = `msg_${Buffer.from(random(16)).toString('base64url')}`;
  const message = { type: 'webhook.test', timestamp: toIso(deps.clock.now()), data: {} };
  const signal = new AbortController().signal;
  const outcome = await postWebhook(id, message, toWebhookStream(webhook).delivery, { ...deps, signal });
  return { id, reason: outcome.kind === 'delivered' ? null : outcome.reason };
}
