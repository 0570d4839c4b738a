import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export type Behaviour =
  | { readonly status: number; readonly json: unknown; readonly headers?: Record<string, string> }
  | { readonly status: number; readonly text: string; readonly headers?: Record<string, string> }
  | 'two answers'
  | 'hang before headers'
  | 'hang in body'
  | 'drip'
  | 'truncate'
  | 'close'
  | 'huge body'
  | 'huge headers'
  | 'not http';

export type FaultServer = Awaited<ReturnType<typeof startFaultServer>>;

const page = '<!doctype html><title>Bad Gateway</title><h1>502</h1>';

export const faults = {
  'html with 200': { status: 200, text: page, headers: { 'content-type': 'text/html' } },
  'html with 502': { status: 502, text: page, headers: { 'content-type': 'text/html' } },
  'json with 500': { status: 500, json: { ok: false, error: 'internal' } },
  'json with 503': { status: 503, json: { ok: false, error: 'busy', code: 'overloaded' } },
  nothing: { status: 200, text: '' },
  redirect: { status: 307, text: '', headers: { location: '/elsewhere' } },
} as const satisfies Record<string, Behaviour>;

function render(behaviour: Exclude<Behaviour, string>): string {
  const body = 'json' in behaviour ? JSON.stringify(behaviour.json) : behaviour.text;
  const headers = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...behaviour.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${behaviour.status} X\r\n${lines.join('')}\r\n${body}`;
}

function perform(behaviour: Behaviour, socket: Socket): void {
  if (typeof behaviour !== 'string') {
    socket.write(render(behaviour));
    return;
  }
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
  switch (behaviour) {
    case 'two answers': {
      const [no, yes] = [false, true].map((authenticated) =>
        render({ status: 200, json: { ok: true, authenticated } }),
      );
      socket.write(`${no}${yes}`);
      return;
    }
    case 'hang before headers':
      return;
    case 'hang in body':
      socket.write(`${head}content-length: 100\r\n\r\n{"ok":`);
      return;
    case 'drip': {
      socket.write(`${head}content-length: 100000\r\n\r\n`);
      const timer = setInterval(() => socket.write(' '), 20);
      socket.on('close', () => clearInterval(timer));
      return;
    }
    case 'truncate':
      socket.end(`${head}content-length: 100\r\n\r\n{"ok":true,"authenticated":true}`);
      return;
    case 'close':
      socket.end();
      return;
    case 'huge body':
      // The answer is valid JSON, but 10 MB long.
      socket.write(`${head}content-length: 10000000\r\n\r\n`);
      socket.write('{"ok":true,"authenticated":true,"widthPx":1,"heightPx":1,"faces":[]}'.padEnd(10_000_000));
      return;
    case 'huge headers':
      socket.write(`${head}${`x-filler: ${'x'.repeat(1000)}\r\n`.repeat(40)}content-length: 2\r\n\r\n{}`);
      return;
    case 'not http':
      socket.write('SSH-2.0-OpenSSH_9.2\r\n');
  }
}

/** Takes one complete request from the received bytes. Returns `null` if it is incomplete. */
function takeRequest(received: Buffer): { request: SeenRequest; rest: Buffer } | null {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd === -1) return null;
  const [start = '', ...lines] = received.subarray(0, headEnd).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const bodyEnd = headEnd + 4 + Number(headers['content-length'] ?? 0);
  if (received.length < bodyEnd) return null;
  const [method = '', path = ''] = start.split(' ');
  const request = { method, path, headers, body: Buffer.from(received.subarray(headEnd + 4, bodyEnd)) };
  return { request, rest: received.subarray(bodyEnd) };
}

export async function startFaultServer(behave: (request: SeenRequest, count: number) => Behaviour, port = 0) {
  const requests: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  let opened = 0;
  const server: Server = createServer((socket) => {
    opened += 1;
    sockets.add(socket);
    let received: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      for (let taken = takeRequest(received); taken !== null; taken = takeRequest(received)) {
        received = taken.rest;
        requests.push(taken.request);
        perform(behave(taken.request, requests.length), socket);
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    /** Received requests in order. */
    requests,
    connections: () => opened,
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
