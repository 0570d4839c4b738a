import type { Fetch } from '../core/ports.js';
import type { Room } from '../http/rooms.js';
import type { ApiDeps } from '../rest/deps.js';
import type { Metrics } from '../telemetry/metrics.js';

/** What the console takes from outside. */
export interface ConsoleDeps extends ApiDeps {
  /** For the company's identity provider. */
  readonly fetch: Fetch;
  /** Where bodies of people are held who have not signed in. */
  readonly room: Room;
  readonly metrics: Pick<Metrics, 'emergencySignIns'>;
}
