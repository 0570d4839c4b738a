import type { SecurityEventName, SecurityEventReceiver, SubjectForm } from '../config/security-events.js';
import { Credential } from '../core/secrets.js';
import type { EpochMs } from '../core/units.js';

/** A `paused` stream holds events, a `disabled` one drops them. */
export const streamStatuses = ['enabled', 'paused', 'disabled'] as const;
export type StreamStatus = (typeof streamStatuses)[number];

export interface EventStream {
  /** Name in the log, metrics, dead letters and positions. */
  readonly id: string;
  readonly audience: string;
  readonly events: readonly SecurityEventName[];
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

/** Delivery by push (RFC 8935) or poll (RFC 8936). */
export type StreamDelivery = PushDelivery | { readonly kind: 'poll' };

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
