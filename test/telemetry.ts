import type { Clock } from '../src/core/ports.js';
import { createRequestContexts } from '../src/telemetry/request-context.js';
import { openTelemetry, type Telemetry } from '../src/telemetry/telemetry.js';
import { createTextLog } from './sinks.js';

// One a process, as a server has it: Node 20 hands every storage that was ever used on to every promise.
const contexts = createRequestContexts();

/** The real telemetry, which counts and sends nothing. */
export const createQuietTelemetry = (clock: Clock): Promise<Telemetry> =>
  openTelemetry({ traces: null }, { clock, contexts, log: createTextLog() });
