import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { headerCredentialGuard } from '../../config/credential.js';
import { safeUrlGuard } from '../../config/safe-url.js';
import { securityEventNames } from '../../config/security-events.js';
import type { Serializable } from '../../core/base/json.js';
import type { Ports } from '../../core/deps.js';
import { FaceError } from '../../errors.js';
import { eventTypes, toEventType } from '../event.js';
import { deliveryMethods, ssfPaths } from '../metadata.js';
import type { EventStream } from '../stream.js';
import { type StreamRecord, type StreamTerms, sealHeader } from '../streams.js';

/** Minimum time between verification requests of a receiver, in seconds. */
export const verificationIntervalSec = 60;

const deliveryGuard = z.discriminatedUnion('method', [
  z.object({
    method: z.literal(deliveryMethods.push),
    // HTTPS is required even for this machine, because applications are not the operator.
    endpoint_url: safeUrlGuard.refine((text) => text.startsWith('https:')),
    authorization_header: headerCredentialGuard.optional(),
  }),
  z.object({ method: z.literal(deliveryMethods.poll) }),
]);
type Delivery = z.output<typeof deliveryGuard>;

const text = z.string().max(1024);

/** Settings that a receiver may send. Fields of the transmitter must be unchanged. */
export const termsGuard = z.object({
  events_requested: z.array(text).max(100).optional(),
  delivery: deliveryGuard.optional(),
  description: text.optional(),
});

export const changeGuard = termsGuard.extend({ stream_id: text });

/** Without `delivery`, a stream is polled (SSF 1.0, section 8.1.1.1). */
export async function toTerms(
  { events_requested, delivery, description }: z.output<typeof termsGuard>,
  deps: Ports<'random' | 'keys'>,
): Promise<StreamTerms> {
  return {
    eventsRequested: events_requested ?? null,
    description: description ?? null,
    delivery: await toDelivery(delivery ?? { method: deliveryMethods.poll }, deps),
  };
}

/** Omitted settings are kept (section 8.1.1.3). */
export async function toChange(
  { events_requested, delivery, description }: z.output<typeof termsGuard>,
  deps: Ports<'random' | 'keys'>,
): Promise<Partial<StreamTerms>> {
  return {
    ...(events_requested === undefined ? {} : { eventsRequested: events_requested }),
    ...(description === undefined ? {} : { description }),
    ...(delivery === undefined ? {} : { delivery: await toDelivery(delivery, deps) }),
  };
}

/**
 * Applies a partial change. The `Authorization` header of pushes is never returned to receivers, so an omitted header
 * is kept, but only if the URL is unchanged.
 */
export function toChanged(former: StreamRecord, change: Partial<StreamTerms>): StreamRecord {
  const { delivery = former.delivery } = change;
  const isSame =
    delivery.kind === 'push' &&
    delivery.header === null &&
    former.delivery.kind === 'push' &&
    former.delivery.url === delivery.url;
  return { ...former, ...change, delivery: isSame ? former.delivery : delivery };
}

async function toDelivery(delivery: Delivery, deps: Ports<'random' | 'keys'>): Promise<StreamTerms['delivery']> {
  if (delivery.method === deliveryMethods.poll) return { kind: 'poll' };
  const { endpoint_url: url, authorization_header: header } = delivery;
  return { kind: 'push', url, header: header === undefined ? null : await sealHeader(header, deps) };
}

/** Returns the configuration of a stream (SSF 1.0, section 8.1.1), without the `Authorization` header of pushes. */
export function toView(stream: EventStream, record: StreamRecord | null, { issuer }: Ports<'issuer'>): Serializable {
  const { id, audience, events, delivery } = stream;
  const { eventsRequested, description } = record ?? { eventsRequested: null, description: null };
  return {
    stream_id: id,
    iss: issuer,
    aud: audience,
    events_supported: record === null ? events.map(toEventType) : allEvents,
    events_requested: eventsRequested ?? undefined,
    events_delivered: events.map(toEventType),
    delivery:
      delivery.kind === 'push'
        ? { method: deliveryMethods.push, endpoint_url: delivery.url }
        : { method: deliveryMethods.poll, endpoint_url: `${issuer}${ssfPaths.poll}/${id}` },
    min_verification_interval: verificationIntervalSec,
    description: description ?? undefined,
  };
}

const allEvents = securityEventNames.map((name) => eventTypes[name]);

const bySender = ['iss', 'aud', 'events_supported', 'events_delivered', 'min_verification_interval'] as const;

/** Checks that the transmitter's fields are unchanged. */
export function checkUnchanged(sent: unknown, view: Serializable): void {
  const given = z.record(z.string(), z.unknown()).parse(sent);
  const changed = bySender.find((name) => name in given && !isDeepStrictEqual(given[name], view[name]));
  if (changed !== undefined) throw new FaceError('request_malformed', { field: changed });
}
