import type { SecurityEventReceiver } from '../config/security-events.js';
import type { Keys } from '../core/ports.js';
import type { SecurityEventSigner } from '../keys/security-event-signer.js';
import type { Poll } from '../security-events/poll.js';
import type { Transmitter } from '../security-events/transmitter.js';

export interface SecurityEvents {
  readonly signer: SecurityEventSigner;
  readonly keys: Keys;
  readonly transmitter: Pick<Transmitter, 'refresh' | 'verify'>;
  readonly poll: Poll;
  readonly receivers: readonly SecurityEventReceiver[];
  readonly stopping: AbortSignal;
}
