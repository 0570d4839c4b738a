import type { Clock } from '../src/core/ports.js';
import { createRequestContexts } from '../src/telemetry/request-context.js';
import { openTelemetry, type Telemetry } from '../src/telemetry/telemetry.js';
import { createTextLog } from './sinks.js';

/** The real telemetry, which counts and sends nothing. */
export const createQuietTelemetry = (clock: Clock): Promise<Telemetry> =>
  openTelemetry({ traces: null }, { clock, contexts: createRequestContexts(), log: createTextLog() });
