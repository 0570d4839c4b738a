import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

const headersTimeoutMs = 10_000;

/** For a whole request: 50 MB at 7 Mbit/s. */
const requestTimeoutMs = 60_000;

/** Longer than common load balancers' idle timeout (60 s), so that they never use a closing connection. */
const keepAliveTimeoutMs = 65_000;

/** Running requests after `stop`: frames from a slow network, judged behind a full queue. */
const stopTimeoutMs = 20_000;

/** Each takes a file descriptor and some 10 KB. */
const defaultMaxConnections = 10_000;

/** Maximum pipelined requests per connection; browsers and proxies send none. */
const mostAhead = 8;

/** Beyond this, slow readers are cut: a file being sent takes some 100 KB. */
const defaultMaxUnderWay = 1_000;

interface Busy {
  readonly response: ServerResponse;
  readonly ahead: (() => void)[];
}

export interface Listening {
  readonly port: number;
  /** Accepts no new requests, and settles when the running ones are done (20 s at most). */
  stop(): Promise<void>;
}

/**
 * Listens for HTTP. At the limit, the longest idle connection is closed, so that silent clients do not block others.
 * Each runs one request at a time; with too many, the longest unread reply is cut.
 */
export function listen(
  app: RequestListener,
  {
    host,
    port,
    maxConnections = defaultMaxConnections,
    maxUnderWay = defaultMaxUnderWay,
  }: { host: string; port: number; maxConnections?: number; maxUnderWay?: number },
): Promise<Listening> {
  // Idle connections, oldest first. Node counts unused connections as busy and answered ones as open; tracked here, so
  // that neither delays a stop.
  const quiet = new Set<Socket>();
  const busy = new Map<Socket, Busy>();
  let open = 0;
  let isStopping = false;

  const begin: RequestListener = (request, response) => {
    const { socket } = request;
    const ahead = busy.get(socket)?.ahead ?? [];
    quiet.delete(socket);
    // Re-inserted, so that the first is the oldest.
    busy.delete(socket);
    busy.set(socket, { response, ahead });
    response.once('close', () => {
      const next = isStopping || socket.destroyed ? undefined : ahead.shift();
      if (next !== undefined) return next();
      busy.delete(socket);
      if (isStopping) socket.end();
      else if (!socket.destroyed) quiet.add(socket);
    });
    if (busy.size > maxUnderWay) findUnread(busy)?.destroy();
    app(request, response);
  };

  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveTimeoutMs,
      connectionsCheckingInterval: 5_000,
    },
    (request, response) => {
      const { socket } = request;
      const ahead = busy.get(socket)?.ahead;
      if (ahead === undefined) begin(request, response);
      else if (ahead.length < mostAhead) ahead.push(() => begin(request, response));
      else socket.destroy();
    },
  );
  server.on('connection', (socket) => {
    open += 1;
    socket.once('close', () => {
      open -= 1;
      quiet.delete(socket);
      busy.delete(socket);
    });
    if (open > maxConnections) {
      const [longest = socket] = quiet;
      longest.destroy();
      // It closes asynchronously, and must not be chosen twice.
      quiet.delete(longest);
    }
    if (!socket.destroyed) quiet.add(socket);
  });
  const stop = (): Promise<void> =>
    new Promise((resolve, reject) => {
      isStopping = true;
      const cut = setTimeout(() => server.closeAllConnections(), stopTimeoutMs);
      server.close((error) => {
        clearTimeout(cut);
        if (error === undefined) resolve();
        else reject(error);
      });
      for (const socket of quiet) socket.destroy();
    });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve({ port: portOf(server.address(), port), stop });
    });
  });
}

/** The connection whose finished reply has waited longest; `undefined`: none. */
function findUnread(busy: ReadonlyMap<Socket, Busy>): Socket | undefined {
  for (const [socket, { response }] of busy) if (response.writableEnded || response.writableNeedDrain) return socket;
  return undefined;
}

const portOf = (address: AddressInfo | string | null, asked: number): number =>
  address !== null && typeof address === 'object' ? address.port : asked;
