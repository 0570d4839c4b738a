import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** Time to send the request line and headers. */
const headersTimeoutMs = 10_000;

/** Time to send a whole request: 50 MB at 7 Mbit/s. */
const requestTimeoutMs = 60_000;

/** Longer than the idle time of common load balancers (60 s), so that they never use a connection being closed. */
const keepAliveTimeoutMs = 65_000;

/**
 * How long requests under way may take to finish after `stop`: the frames of a step-up, sent by a phone on a slow network and
 * judged behind a full queue.
 */
const stopTimeoutMs = 20_000;

/** Open connections: each takes a file descriptor and some 10 KB. */
const defaultMaxConnections = 10_000;

/** Requests that may wait on one connection for those before them. Neither browsers nor proxies send any ahead. */
const mostAhead = 8;

/** Requests under way, beyond which nobody is waited for who does not read: what is sent of a file is some 100 KB of each. */
const defaultMaxUnderWay = 1_000;

/** A connection with a request under way. */
interface Busy {
  readonly response: ServerResponse;
  /** What begins the requests that were sent ahead. */
  readonly ahead: (() => void)[];
}

export interface Listening {
  readonly port: number;
  /** Takes no new requests, lets those under way finish (20 s at most), then settles. */
  stop(): Promise<void>;
}

/**
 * Listens for HTTP. Rejects with the system's error where the address cannot be had.
 *
 * Where one connection too many comes, the one is closed that has been without a request for longest: who opens
 * connections and says nothing, or says it slowly, takes no place from those who ask. Only where every connection has a
 * request under way the new one is closed.
 *
 * A connection has one request under way at a time, and where there are too many the one is cut whose answer has waited
 * for its reader for longest: a stranger has this server hold no more answers than that.
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
  // Without a request under way, longest first. Node counts a connection that never asked anything as busy, and one that
  // has been answered as open: kept here instead, so that neither holds up a stop.
  const quiet = new Set<Socket>();
  const busy = new Map<Socket, Busy>();
  let open = 0;
  let isStopping = false;

  const begin: RequestListener = (request, response) => {
    const { socket } = request;
    const ahead = busy.get(socket)?.ahead ?? [];
    quiet.delete(socket);
    // Anew, so that the first has been at it for longest.
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
      // It is closed a moment later, and must not be chosen twice.
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

/** The connection that for longest has had an answer that is there, and not read; `undefined`: none has. */
function findUnread(busy: ReadonlyMap<Socket, Busy>): Socket | undefined {
  for (const [socket, { response }] of busy) if (response.writableEnded || response.writableNeedDrain) return socket;
  return undefined;
}

const portOf = (address: AddressInfo | string | null, asked: number): number =>
  address !== null && typeof address === 'object' ? address.port : asked;
