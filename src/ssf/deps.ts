import type { SecurityEventReceiver } from '../config/security-events.js';
import type { Keys } from '../core/ports.js';
import type { SecurityEventSigner } from '../keys/security-event-signer.js';
import type { ApiDeps } from '../rest/deps.js';
import type { Poll } from '../security-events/poll.js';
import type { Transmitter } from '../security-events/transmitter.js';

/** What the transmitter's endpoints work on: it outlives the app. */
export interface SecurityEvents {
  readonly signer: SecurityEventSigner;
  /** Seal what pushes carry. */
  readonly keys: Keys;
  readonly transmitter: Pick<Transmitter, 'refresh' | 'verify'>;
  readonly poll: Poll;
  /** Those of the configuration. */
  readonly receivers: readonly SecurityEventReceiver[];
  /** Given once this process takes no more requests: polls wait no longer. */
  readonly stopping: AbortSignal;
}

/** What the endpoints take. */
export type SsfDeps = Pick<
  ApiDeps,
  'adminKeyDigest' | 'console' | 'onboarding' | 'clock' | 'random' | 'state' | 'log' | 'issuer' | 'onClientRequest'
> &
  SecurityEvents;
