import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type Exchange, observeExchanges } from './exchanges.js';
import { serveForTest } from './serve.js';

export interface Front {
  readonly url: string;
  readonly calls: readonly string[];
  /** Rules by path. The first match applies; a call without a match is passed on. */
  rules: readonly { readonly path: RegExp; readonly method?: string; readonly act: Act }[];
  close(): Promise<void>;
}

/** Action of the proxy for a call: answers it, or passes it on, perhaps changed or only if its body is small. */
export type Act =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: string;
      readonly headers?: Record<string, string>;
    }
  | {
      readonly kind: 'pass';
      readonly stripped?: string;
      readonly delayMs?: number;
      /** Appends the caller to `X-Forwarded-For`. */
      readonly namesCaller?: boolean;
      readonly mostBytes?: number;
      /** Headers that it adds to the reply. */
      readonly added?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'hang' };

export async function startFront(
  target: string,
  { port = 0, onExchange }: { readonly port?: number; readonly onExchange?: (exchange: Exchange) => void } = {},
): Promise<Front> {
  const calls: string[] = [];
  const front: Pick<Front, 'rules' | 'calls'> = { rules: [], calls };
  const server = createServer((incoming, outgoing) => {
    calls.push(`${incoming.method} ${incoming.url}`);
    const rule = front.rules.find(
      ({ path, method = incoming.method }) => path.test(incoming.url ?? '') && method === incoming.method,
    );
    const act = rule?.act ?? { kind: 'pass' };
    if (act.kind === 'answer') outgoing.writeHead(act.status, act.headers).end(act.body);
    else if (act.kind === 'pass') {
      const passOn = (): void => pass(target, incoming, outgoing, act);
      if (act.delayMs === undefined) passOn();
      else setTimeout(passOn, act.delayMs);
    }
  });
  const onServer = onExchange === undefined ? undefined : observeExchanges(onExchange);
  const { host, close } = await serveForTest(server, { port, onServer });
  return Object.assign(front, { url: `http://${host}`, close });
}

function pass(
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { stripped, namesCaller = false, mostBytes = Number.POSITIVE_INFINITY, added = {} }: Extract<Act, { kind: 'pass' }>,
): void {
  if (Number(incoming.headers['content-length'] ?? 0) > mostBytes) {
    outgoing.writeHead(413, { connection: 'close' }).end('413 Request Entity Too Large');
    return;
  }
  const passed = Object.entries(incoming.headers).filter(([name]) => name !== stripped);
  if (namesCaller) {
    const callers = [incoming.headers['x-forwarded-for'] ?? [], incoming.socket.remoteAddress ?? ''].flat();
    passed.push(['x-forwarded-for', callers.join(', ')]);
  }
  const onward = request(
    `${target}${incoming.url}`,
    { method: incoming.method, headers: Object.fromEntries(passed) },
    (reply) => {
      outgoing.sendDate = false;
      outgoing.statusCode = reply.statusCode ?? 502;
      // Set one by one, because an observer reads only headers that were set so.
      for (const [name, value = ''] of Object.entries(reply.headers)) outgoing.setHeader(name, value);
      for (const [name, value] of Object.entries(added)) outgoing.appendHeader(name, value);
      reply.pipe(outgoing);
    },
  );
  onward.on('error', () => {
    if (!outgoing.headersSent) outgoing.writeHead(502).end();
  });
  incoming.pipe(onward);
}
