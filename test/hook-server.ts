import express, { type Express } from 'express';
import { type Listening, listen } from '../src/http/listen.js';
import { createBodyRooms } from '../src/http/rooms.js';
import { type HooksByConnection, mountHooks } from '../src/server/hooks.js';
import { createManualClock } from './manual-clock.js';
import { createTextLog } from './sinks.js';
import { createQuietTelemetry } from './telemetry.js';

/** Hooks alone, as a server takes them. */
export async function createHooksApp(hooks: HooksByConnection): Promise<Express> {
  const app = express();
  const telemetry = await createQuietTelemetry(createManualClock());
  mountHooks(app, hooks, { log: createTextLog(), telemetry }, createBodyRooms().hooks);
  return app;
}

/** Hooks alone, on a socket. */
export const startHooks = async (hooks: HooksByConnection): Promise<Listening> =>
  listen(await createHooksApp(hooks), { host: '127.0.0.1', port: 0 });
