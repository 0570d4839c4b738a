import type { SecurityEventReceiver, SubjectForm } from '../config/security-events.js';
import type { WebhookConfig } from '../config/webhooks.js';
import { Credential } from '../core/secrets.js';
import type { EpochMs } from '../core/units.js';
import type { EventName } from './event-names.js';

/** A `paused` stream holds events, a `disabled` one drops them. */
export const streamStatuses = ['enabled', 'paused', 'disabled'] as const;
export type StreamStatus = (typeof streamStatuses)[number];

export interface EventStream {
  /** Name in the log, metrics, dead letters and positions. */
  readonly id: string;
  readonly audience: string;
  readonly events: readonly EventName[];
  readonly subject: SubjectForm;
  /** Connections whose events are sent; `null` for all. */
  readonly connections: readonly string[] | null;
  readonly delivery: StreamDelivery;
  readonly status: StreamStatus;
  /** Events before this time are omitted; `null` if only the position in the audit log decides. */
  readonly since: EpochMs | null;
  /**
   * Time at which the stream was resumed or changed from poll to push. Retries of events held until then are counted
   * from this time.
   */
  readonly toldOnAt: EpochMs | null;
}

/** Delivery by push (RFC 8935), poll (RFC 8936), or as a webhook. */
export type StreamDelivery = PushDelivery | { readonly kind: 'poll' } | WebhookDelivery;

export interface WebhookDelivery {
  readonly kind: 'webhook';
  readonly url: string;
  /** The current secret, and the former one while it is replaced. */
  readonly secrets: readonly Credential[];
}

export interface PushDelivery {
  readonly kind: 'push';
  readonly url: string;
  /** Returns the value of the `Authorization` header, or `null`. */
  authorization(): Promise<Credential | null>;
}

export function toStream({ url, token, ...receiver }: SecurityEventReceiver): EventStream {
  const header = token === null ? null : token.use((text) => new Credential(`Bearer ${text}`));
  const delivery: StreamDelivery =
    url === null ? { kind: 'poll' } : { kind: 'push', url, authorization: async () => header };
  return { ...receiver, delivery, status: 'enabled', since: null, toldOnAt: null };
}

export function toWebhookStream({
  id,
  url,
  secret,
  previousSecret,
  events,
  connections,
}: WebhookConfig): EventStream & { readonly delivery: WebhookDelivery } {
  const secrets = previousSecret === undefined ? [secret] : [secret, previousSecret];
  const delivery: WebhookDelivery = { kind: 'webhook', url, secrets };
  const always = { audience: '', subject: 'complex', status: 'enabled', since: null, toldOnAt: null } as const;
  return { id, events, connections, delivery, ...always };
}
