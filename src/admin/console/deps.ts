import type { Ports } from '../../core/deps.js';
import type { CallerPools } from '../../http/request-budget.js';
import type { ApiDeps } from '../../http/rest/deps.js';
import type { Metrics } from '../../telemetry/metrics.js';

export interface ConsoleDeps extends ApiDeps, Ports<'fetch'> {
  readonly pools: CallerPools;
  /** Names of the extensions that are on. */
  readonly extensionsOn: readonly string[];
  readonly metrics: Pick<Metrics, 'emergencySignIns'>;
}
