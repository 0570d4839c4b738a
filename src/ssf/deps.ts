import type { SecurityEventReceiver } from '../config/security-events.js';
import type { Keys } from '../core/ports.js';
import type { SecurityEventSigner } from '../keys/security-event-signer.js';
import type { ApiDeps } from '../rest/deps.js';
import type { Poll } from '../security-events/poll.js';
import type { Transmitter } from '../security-events/transmitter.js';

/** Dependencies of the transmitter's endpoints; they outlive the app. */
export interface SecurityEvents {
  readonly signer: SecurityEventSigner;
  /** Encrypt push headers. */
  readonly keys: Keys;
  readonly transmitter: Pick<Transmitter, 'refresh' | 'verify'>;
  readonly poll: Poll;
  /** Configured receivers. */
  readonly receivers: readonly SecurityEventReceiver[];
  /** Aborted on shutdown, to end waiting polls. */
  readonly stopping: AbortSignal;
}

/** Dependencies of the endpoints. */
export type SsfDeps = Pick<
  ApiDeps,
  'adminKeyDigest' | 'console' | 'onboarding' | 'clock' | 'random' | 'state' | 'log' | 'issuer' | 'onClientRequest'
> &
  SecurityEvents;
