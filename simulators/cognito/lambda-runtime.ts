import { pathToFileURL } from 'node:url';
import { z } from 'zod';

/* Runs one Lambda function in its own process, one event at a time. Started and killed by lambda.ts. */

const [, , file = '', handlerName = ''] = process.argv;
const handlerGuard = z.custom<(event: unknown, context: object) => unknown>((value) => typeof value === 'function');
const messageGuard = z.object({ id: z.number(), event: z.string(), timeoutMs: z.number(), requestId: z.string() });

const loaded: unknown = await import(pathToFileURL(file).href);
const handler = handlerGuard.parse(
  typeof loaded === 'object' && loaded !== null ? Reflect.get(loaded, handlerName) : null,
);

process.on('message', async (message) => {
  const { id, event, timeoutMs, requestId } = messageGuard.parse(message);
  const endsAt = Date.now() + timeoutMs;
  const context = {
    functionName: handlerName,
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, endsAt - Date.now()),
  };
  try {
    const answer: unknown = await handler(JSON.parse(event), context);
    process.send?.({ id, ok: true, body: JSON.stringify(answer ?? null) });
  } catch (error) {
    process.send?.({ id, ok: false, body: error instanceof Error ? error.message : String(error) });
  }
});
process.send?.({ ready: true });
