import type { SecurityEventReceiver } from '../../config/security-events.js';
import type { Keys } from '../../core/ports.js';
import type { SecurityEventSigner } from '../../storage/keys/security-event-signer.js';
import type { Poll } from '../poll.js';
import type { Transmitter } from '../transmitter.js';

export interface SecurityEvents {
  readonly signer: SecurityEventSigner;
  readonly keys: Keys;
  readonly transmitter: Pick<Transmitter, 'refresh' | 'verify'>;
  readonly poll: Poll;
  readonly receivers: readonly SecurityEventReceiver[];
  readonly stopping: AbortSignal;
}
