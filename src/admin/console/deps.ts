import type { SessionPorts } from '../../access/console-caller.js';
import type { CoreDeps, Ports } from '../../core/deps.js';
import type { CallerPools } from '../../http/request-budget.js';
import type { Metrics } from '../../telemetry/metrics.js';

export interface ConsoleDeps extends CoreDeps, SessionPorts, Ports<'connections' | 'delivery' | 'fetch'> {
  readonly pools: CallerPools;
  /** Names of the extensions that are on. */
  readonly extensionsOn: readonly string[];
  readonly metrics: Pick<Metrics, 'emergencySignIns'>;
}
