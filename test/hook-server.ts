import express from 'express';
import { type Listening, listen } from '../src/http/listen.js';
import { createBodyRooms } from '../src/http/rooms.js';
import { type HooksByConnection, mountHooks } from '../src/server/hooks.js';
import { createManualClock } from './manual-clock.js';
import { createTextLog } from './sinks.js';
import { createQuietTelemetry } from './telemetry.js';

/** Hooks alone, on a socket. */
export async function startHooks(hooks: HooksByConnection): Promise<Listening> {
  const app = express();
  const telemetry = await createQuietTelemetry(createManualClock());
  mountHooks(app, hooks, { log: createTextLog(), telemetry }, createBodyRooms().hooks);
  return listen(app, { host: '127.0.0.1', port: 0 });
}
