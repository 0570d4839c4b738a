import type { Clock } from '../../src/core/ports.js';
import { createRequestContexts } from '../../src/telemetry/log.js';
import { openTelemetry, type Telemetry } from '../../src/telemetry/telemetry.js';
import { createTextLog } from '../fakes/sinks.js';

// One instance per process, because Node.js 20 propagates every used `AsyncLocalStorage` to every promise.
const contexts = createRequestContexts();

/** Creates the real telemetry without exports. */
export const createQuietTelemetry = (clock: Clock): Promise<Telemetry> =>
  openTelemetry({ traces: null }, { clock, contexts, log: createTextLog() });
