import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { serveForTest } from './serve.js';

const attributeGuard = z.object({
  key: z.string(),
  value: z.union([
    z.object({ stringValue: z.string() }).transform(({ stringValue }) => stringValue),
    z.object({ intValue: z.number() }).transform(({ intValue }) => intValue),
  ]),
});

const spanGuard = z.object({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z.string().optional(),
  name: z.string(),
  status: z.object({ code: z.number() }),
  attributes: z.array(attributeGuard).transform((all) => Object.fromEntries(all.map(({ key, value }) => [key, value]))),
});

const exportGuard = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(spanGuard) })) })),
});

export type OtlpReceiver = Awaited<ReturnType<typeof startOtlpReceiver>>;

/** @see https://opentelemetry.io/docs/specs/otlp/#otlphttp */
export async function startOtlpReceiver() {
  const bodies: string[] = [];
  const spans: z.output<typeof spanGuard>[] = [];
  const authorizations: (string | undefined)[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const isTraces = request.method === 'POST' && request.url === '/v1/traces';
    if (!isTraces || request.headers['content-type'] !== 'application/json') {
      response.writeHead(404).end();
      return;
    }
    bodies.push(body);
    authorizations.push(request.headers.authorization);
    const { resourceSpans } = exportGuard.parse(JSON.parse(body));
    spans.push(...resourceSpans.flatMap((each) => each.scopeSpans.flatMap((scope) => scope.spans)));
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
  });
  const { host, close } = await serveForTest(server);
  return {
    url: `http://${host}/v1/traces`,
    spans,
    text: (): string => bodies.join('\n'),
    authorizations,
    close,
  };
}
