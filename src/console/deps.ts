import type { Fetch } from '../core/ports.js';
import type { Room } from '../http/rooms.js';
import type { ApiDeps } from '../rest/deps.js';
import type { Metrics } from '../telemetry/metrics.js';

export interface ConsoleDeps extends ApiDeps {
  /** For the company's identity provider. */
  readonly fetch: Fetch;
  /** Memory for bodies of anonymous people. */
  readonly room: Room;
  readonly metrics: Pick<Metrics, 'emergencySignIns'>;
}
