import type { SecurityEventName, SecurityEventReceiver, SubjectForm } from '../config/security-events.js';
import { Credential } from '../core/concealed.js';
import type { EpochMs } from '../core/units.js';

/** What a receiver may do with its stream: `paused` holds events for later, `disabled` forgets them. */
export const streamStatuses = ['enabled', 'paused', 'disabled'] as const;
export type StreamStatus = (typeof streamStatuses)[number];

/** What travels to one receiver, whoever registered it. */
export interface EventStream {
  /** Names it in the log, the metrics, the dead letters and the cursors. */
  readonly id: string;
  readonly audience: string;
  readonly events: readonly SecurityEventName[];
  readonly subject: SubjectForm;
  /** Ids of the connections it is told about; `null` is all. */
  readonly connections: readonly string[] | null;
  readonly delivery: StreamDelivery;
  readonly status: StreamStatus;
  /** What happened before is not told; `null`: the cursor alone decides. */
  readonly since: EpochMs | null;
  /** When what was held until then began to be told: after a pause, or once it is pushed and not polled any more. `null`: never. */
  readonly toldOnAt: EpochMs | null;
}

/** By push (RFC 8935) or by poll (RFC 8936). */
export type StreamDelivery = PushDelivery | { readonly kind: 'poll' };

/** Where events are pushed to. */
export interface PushDelivery {
  readonly kind: 'push';
  readonly url: string;
  /** The whole header `Authorization`; `null` sends none. @throws FaceError `token_key_retired`, `key_service_unavailable` */
  authorization(): Promise<Credential | null>;
}

/** The stream of a receiver that the configuration names. */
export function toStream({ url, token, ...receiver }: SecurityEventReceiver): EventStream {
  const header = token === null ? null : token.use((text) => new Credential(`Bearer ${text}`));
  const delivery: StreamDelivery =
    url === null ? { kind: 'poll' } : { kind: 'push', url, authorization: async () => header };
  return { ...receiver, delivery, status: 'enabled', since: null, toldOnAt: null };
}
