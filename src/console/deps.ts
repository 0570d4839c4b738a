import type { Fetch } from '../core/ports.js';
import type { Room } from '../http/rooms.js';
import type { ApiDeps } from '../rest/deps.js';
import type { Metrics } from '../telemetry/metrics.js';

export interface ConsoleDeps extends ApiDeps {
  readonly fetch: Fetch;
  readonly room: Room;
  /** Names of the extensions that are on. */
  readonly extensionsOn: readonly string[];
  readonly metrics: Pick<Metrics, 'emergencySignIns'>;
}
