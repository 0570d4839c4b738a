import { z } from 'zod';
import { parseJsonAs } from '../core/base/json.js';
import type { Ports } from '../core/deps.js';
import { type BackOff, backOffMs } from '../core/resilience.js';
import { addSec, epochMs, toIso } from '../core/units.js';
import { toCode } from '../errors.js';
import { appendDeadLetter } from './dead-letters.js';
import { chainOf, type SecurityEvent } from './event.js';
import { enqueueEvent } from './poll-queue.js';
import type { AttemptResult, DeliveryPorts, PushOutcome } from './ports.js';
import type { Verification } from './set.js';
import type { EventStream, PushDelivery, WebhookDelivery } from './stream.js';
import { noAnswer, postWebhook, senderHeaders, toFailure, toWebhookMessage } from './webhook.js';

const answerMs = 10_000;

const mostErrorCharacters = 16 * 1024;

/** Error code that concerns the sender (section 2.4), so that the event may be accepted later. */
const senderUnknown = 'authentication_failed';

/** Error of RFC 8935, section 2.3. */
const errorGuard = z.object({ err: z.string().regex(/^[\w.-]{1,64}$/) });

/**
 * Pushes a Security Event Token (RFC 8935). Redirects are not followed, because the `Authorization` header is meant
 * only for the configured URL.
 */
async function push(
  jws: string,
  { url, authorization }: PushDelivery,
  { fetch, signal }: DeliveryPorts<'fetch' | 'signal'>,
): Promise<PushOutcome> {
  const credential = await authorization();
  const send = (headers: Record<string, string>): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/secevent+jwt', Accept: 'application/json', ...senderHeaders, ...headers },
      body: jws,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
    });
  try {
    const answer = await (credential === null ? send({}) : credential.use((text) => send({ Authorization: text })));
    if (answer.status === 400) return toRefusal(await readStart(answer));
    await answer.body?.cancel();
    return answer.status === 202 ? { kind: 'delivered' } : toFailure(answer);
  } catch {
    // Errors of `fetch` are dropped, because they may contain URL and headers.
    return noAnswer;
  }
}

/** Reads the error code. A response 400 without an error code may come from a proxy, so the event is retried. */
function toRefusal(text: string): PushOutcome {
  const { err } = parseJsonAs(text, errorGuard) ?? { err: null };
  if (err === null) return { ...noAnswer, reason: 'status 400' };
  return err === senderUnknown ? { ...noAnswer, reason: err } : { kind: 'refused', reason: err };
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

/** Time for which delivery is retried, from the event or from when its stream resumed, in seconds. */
export const triedForSec = 86_400;

export const deliveryBackOff: BackOff = { firstMs: 1000, longestMs: 900_000 };

const queueFullMs = 1000;

/** Maximum of attempts. Low, because a receiver can request another verification event. */
const verificationTries = 5;

/**
 * Attempts to deliver an event: pushes it once, or queues it.
 * @param openStream - returns the stream's current settings; `null` if it was deleted. If the stream is paused, the
 * function resolves when it is resumed
 * @param rules.isLast - true if the event becomes a dead letter unless it is accepted
 */
export async function attemptDelivery(
  event: SecurityEvent,
  openStream: () => Promise<EventStream | null>,
  rules: { readonly isLast: boolean },
  deps: DeliveryPorts<
    'state' | 'clock' | 'random' | 'log' | 'fetch' | 'sets' | 'files' | 'signal' | 'sleep' | 'onDelivery'
  >,
): Promise<AttemptResult> {
  const { clock, signal, sleep, log, onDelivery } = deps;
  const { jti, name, sequence } = event;
  const stream = await openStream();
  if (stream === null) return { kind: 'stopped' };
  // The receiver may have changed its settings in the meantime.
  if (stream.status === 'disabled' || !stream.events.includes(name)) return { kind: 'ended' };
  const about = { receiver: stream.id, event: name, sequence, jti };
  const { delivery } = stream;
  if (delivery.kind === 'poll') {
    if (await queue(event, stream, deps)) return { kind: 'ended' };
    await sleep(queueFullMs, signal);
    return attemptDelivery(event, openStream, rules, deps);
  }
  const outcome = await attemptPush(event, stream, delivery, deps);
  switch (outcome.kind) {
    case 'delivered':
      onDelivery(stream.id, 'delivered');
      log.info('security event delivered', about);
      return { kind: 'ended' };
    case 'skipped':
      noteSkipped(event, stream, deps);
      return { kind: 'ended' };
  }
  if (signal.aborted) return { kind: 'stopped' };
  const triedFrom = epochMs(Math.max(event.time, stream.toldOnAt ?? 0));
  const isOver = rules.isLast || outcome.kind === 'refused' || addSec(triedFrom, triedForSec) <= clock.now();
  if (isOver && (await storeDeadLetter(event, stream, outcome.reason, deps))) return { kind: 'ended' };
  onDelivery(stream.id, 'failed');
  log.warn('security event not delivered', { ...about, reason: outcome.reason });
  return { kind: 'failed', retryAfterMs: outcome.kind === 'failed' ? outcome.retryAfterMs : null };
}

/** Makes one attempt. A signing error counts as a failure. */
export async function attemptPush(
  event: SecurityEvent,
  stream: EventStream,
  delivery: PushDelivery | WebhookDelivery,
  deps: DeliveryPorts<'fetch' | 'clock' | 'sets' | 'signal'>,
): Promise<PushOutcome | { readonly kind: 'skipped' }> {
  try {
    if (delivery.kind === 'webhook') return await postWebhook(event.jti, toWebhookMessage(event), delivery, deps);
    const jws = await deps.sets.ofEvent(event, stream);
    return jws === null ? { kind: 'skipped' } : await push(jws, delivery, deps);
  } catch (error) {
    return { ...noAnswer, reason: toCode(error) };
  }
}

async function queue(
  event: SecurityEvent,
  { id }: EventStream,
  { state, clock, log }: Ports<'state' | 'clock' | 'log'>,
): Promise<boolean> {
  return enqueueEvent(id, event, { state, clock }).catch((error: unknown) => {
    log.error('cannot queue security events for polling', { receiver: id, code: toCode(error) });
    return false;
  });
}

/** Pushes a verification event with few retries, because the receiver is waiting for it. */
export async function pushVerification(
  verification: Verification,
  stream: EventStream,
  deps: DeliveryPorts<'random' | 'log' | 'fetch' | 'sets' | 'signal' | 'sleep'>,
): Promise<void> {
  const { sets, random, signal, sleep, log } = deps;
  const { delivery } = stream;
  if (delivery.kind !== 'push') return;
  for (let attempts = 1; attempts <= verificationTries && !signal.aborted; attempts += 1) {
    const outcome = await sets
      .ofVerification(verification, stream)
      .then((jws) => push(jws, delivery, deps))
      .catch((error: unknown) => ({ ...noAnswer, reason: toCode(error) }));
    const about = { receiver: stream.id, jti: verification.jti };
    if (outcome.kind === 'delivered') return log.info('verification event delivered', about);
    log.warn('verification event not delivered', { ...about, reason: outcome.reason });
    if (outcome.kind === 'refused') return;
    await sleep(backOffMs(deliveryBackOff, attempts, random), signal);
  }
}

export function noteSkipped(
  { jti, name, sequence }: SecurityEvent,
  { id }: EventStream,
  { log, onDelivery }: DeliveryPorts<'log' | 'onDelivery'>,
): void {
  onDelivery(id, 'skipped');
  log.warn('security event skipped: the user has no e-mail address', { receiver: id, event: name, sequence, jti });
}

/** @returns true if the event is given up: its dead letter is on disk, or beyond the share of anonymous callers */
export async function storeDeadLetter(
  event: SecurityEvent,
  { id }: EventStream,
  reason: string,
  { files, clock, random, log, onDelivery }: DeliveryPorts<'files' | 'clock' | 'random' | 'log' | 'onDelivery'>,
): Promise<boolean> {
  const { jti, name, sequence, isAnonymous } = event;
  const record = { sequence, chain: chainOf(event) };
  const letter = { jti, receiver: id, event: name, ...record, reason, time: toIso(clock.now()), isAnonymous };
  try {
    const removed = await appendDeadLetter(files.deadLetters, letter, { random });
    if (removed > 0) log.warn('oldest dead letters removed', { removed });
  } catch {
    // What an anonymous caller caused is not kept for a full disk.
    if (!isAnonymous) return false;
  }
  onDelivery(id, 'dead');
  log.error('security event abandoned', letter);
  return true;
}
