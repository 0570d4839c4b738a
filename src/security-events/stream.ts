import type { SecurityEventName, SecurityEventReceiver, SubjectForm } from '../config/security-events.js';
import { Credential } from '../core/concealed.js';
import type { EpochMs } from '../core/units.js';

/** `paused` holds events, `disabled` drops them. */
export const streamStatuses = ['enabled', 'paused', 'disabled'] as const;
export type StreamStatus = (typeof streamStatuses)[number];

export interface EventStream {
  /** In the log, metrics, dead letters and positions. */
  readonly id: string;
  readonly audience: string;
  readonly events: readonly SecurityEventName[];
  readonly subject: SubjectForm;
  /** `null`: all. */
  readonly connections: readonly string[] | null;
  readonly delivery: StreamDelivery;
  readonly status: StreamStatus;
  /** Earlier events are omitted; `null`: only the position counts. */
  readonly since: EpochMs | null;
  /** Start of delivering held events, after a pause or a change to push; `null`: never. */
  readonly toldOnAt: EpochMs | null;
}

/** Push (RFC 8935) or poll (RFC 8936). */
export type StreamDelivery = PushDelivery | { readonly kind: 'poll' };

export interface PushDelivery {
  readonly kind: 'push';
  readonly url: string;
  /**
   * The complete header; `null`: none.
   * @throws `token_key_retired`, `key_service_unavailable`
   */
  authorization(): Promise<Credential | null>;
}

/** Creates the stream of a configured receiver. */
export function toStream({ url, token, ...receiver }: SecurityEventReceiver): EventStream {
  const header = token === null ? null : token.use((text) => new Credential(`Bearer ${text}`));
  const delivery: StreamDelivery =
    url === null ? { kind: 'poll' } : { kind: 'push', url, authorization: async () => header };
  return { ...receiver, delivery, status: 'enabled', since: null, toldOnAt: null };
}
