import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { endAfterwards } from '../run/for-file.js';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
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

export async function startFaultServer(behave: (request: SeenRequest, count: number) => Behaviour, port = 0) {
  const requests: SeenRequest[] = [];
  let opened = 0;
  // The answers are written to the socket itself, because Node would refuse to send most of them.
  const server = createServer(async (request) => {
    const { method = '', url: path = '', headers } = request;
    const seen = { method, path, headers, body: await buffer(request) };
    requests.push(seen);
    perform(behave(seen, requests.length), request.socket);
  });
  server.on('connection', () => {
    opened += 1;
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
    close: endAfterwards(async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }),
  };
}
