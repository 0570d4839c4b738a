import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** Time to send the request line and headers. */
const headersTimeoutMs = 10_000;

/** Time to send a whole request: 50 MB at 7 Mbit/s. */
const requestTimeoutMs = 60_000;

/** Longer than the idle time of common load balancers (60 s), so that they never use a connection being closed. */
const keepAliveTimeoutMs = 65_000;

/** How long requests under way may take to finish after `stop`. */
const stopTimeoutMs = 10_000;

export interface Listening {
  readonly port: number;
  /** Takes no new requests, lets those under way finish (10 s at most), then settles. */
  stop(): Promise<void>;
}

/** Listens for HTTP. Rejects with the system's error where the address cannot be had. */
export function listen(app: RequestListener, { host, port }: { host: string; port: number }): Promise<Listening> {
  // Node counts a connection that never asked anything as busy, and one that has been answered as open: kept here
  // instead, so that neither holds up a stop.
  const quiet = new Set<Socket>();
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
    quiet.add(socket);
    socket.once('close', () => quiet.delete(socket));
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
