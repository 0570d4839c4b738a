import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { Adapter, RawReply, RawRequest } from '../adapters/adapter.js';
import { toCode } from '../src/errors.js';

/** An adapter's hooks on a real socket, at `/<name of the hook>`, with no more around them than a server needs. */
export interface HookServer {
  readonly url: string;
  /** How often a hook was called. */
  calls(): number;
  close(): Promise<void>;
}

/** What a hook answers, its refusals included. */
export async function askHook(adapter: Adapter, name: string, request: RawRequest): Promise<RawReply> {
  const hook = adapter.hooks[name];
  if (hook === undefined) throw new Error(`no hook ${name}`);
  return hook.handle(request).catch((error: unknown) => hook.refuse(toCode(error)));
}

/** Serves the hooks of an adapter on a free port of this machine. */
export async function serveHooks(adapter: Adapter): Promise<HookServer> {
  let calls = 0;
  const server = createServer(async (incoming, response) => {
    calls += 1;
    const { status, body } = await askHook(adapter, (incoming.url ?? '/').slice(1), await toRawRequest(incoming));
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body === null ? undefined : JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    calls: () => calls,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function toRawRequest(incoming: IncomingMessage): Promise<RawRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const headers = Object.entries(incoming.headersDistinct).map(([name, values]) => [name, values?.join(', ')]);
  return { method: incoming.method ?? '', headers: Object.fromEntries(headers), body: Buffer.concat(chunks) };
}
