import type { RequestListener } from 'node:http';
import { createHookRoute, type HooksByConnection } from '../../src/app/app.js';
import { type ListeningServer, listen } from '../../src/http/listen.js';
import { answerDirectly, createRefuse } from '../../src/http/reply.js';
import { createBodyPools } from '../../src/http/request-budget.js';
import { createManualClock } from '../fakes/manual-clock.js';
import { createTextLog } from '../fakes/sinks.js';
import { endAfterwards } from '../run/for-file.js';
import { createQuietTelemetry } from './telemetry.js';

export async function createHooksApp(hooks: HooksByConnection): Promise<RequestListener> {
  const telemetry = await createQuietTelemetry(createManualClock());
  const log = createTextLog();
  const route = createHookRoute(hooks, { log, telemetry }, createBodyPools().hooks);
  return answerDirectly([route], {
    headers: [],
    refuse: createRefuse(log),
    otherwise: (_request, response) => void response.writeHead(404).end(),
  });
}

export async function startHooks(hooks: HooksByConnection): Promise<ListeningServer> {
  const listening = await listen(await createHooksApp(hooks), { host: '127.0.0.1', port: 0 });
  return { ...listening, stop: endAfterwards(listening.stop) };
}
