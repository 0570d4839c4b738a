import { createServer, type RequestListener } from 'node:http';
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
 */
export function listen(
  app: RequestListener,
  { host, port, maxConnections = defaultMaxConnections }: { host: string; port: number; maxConnections?: number },
): Promise<Listening> {
  // Without a request under way, longest first. Node counts a connection that never asked anything as busy, and one that
  // has been answered as open: kept here instead, so that neither holds up a stop.
  const quiet = new Set<Socket>();
  let open = 0;
  let isStopping = false;
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveTimeoutMs,
      connectionsCheckingInterval: 5_000,
    },
    (request, response) => {
      const { socket } = request;
      quiet.delete(socket);
      response.once('close', () => {
        if (isStopping) socket.end();
        else if (!socket.destroyed) quiet.add(socket);
      });
      app(request, response);
    },
  );
  server.on('connection', (socket) => {
    open += 1;
    socket.once('close', () => {
      open -= 1;
      quiet.delete(socket);
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

const portOf = (address: AddressInfo | string | null, asked: number): number =>
  address !== null && typeof address === 'object' ? address.port : asked;
