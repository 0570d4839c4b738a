import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createReplyClass, type ReplyLimits, replyLimits, UnreadReplies } from './unread-replies.js';

const headersTimeoutMs = 10_000;

/** Time limit of a whole request: 50 MB at 7 Mbit/s. */
const requestTimeoutMs = 60_000;

/**
 * Longer than the usual idle timeout of load balancers (60 s), so that these never use a connection that is being
 * closed.
 */
const keepAliveTimeoutMs = 65_000;

/**
 * Time limit for requests that are still running at `stop`, such as frames from a slow network that wait in a full
 * queue.
 */
const stopTimeoutMs = 20_000;

/** Maximum of open connections. Each takes a file descriptor and some 10 KB. */
const defaultMaxConnections = 10_000;

/** Maximum of pipelined requests per connection. Browsers and proxies do not pipeline requests. */
const mostAhead = 8;

/**
 * Maximum of running requests. Beyond it, connections of clients that do not read their reply are closed, because a
 * file being sent takes some 100 KB.
 */
const defaultMaxUnderWay = 1_000;

interface Busy {
  readonly response: ServerResponse;
  readonly ahead: (() => void)[];
}

export interface ListeningServer {
  readonly port: number;
  /** Passes later requests to another app. */
  serve(next: RequestListener): void;
  /** Accepts no new requests, and resolves when the running ones are done, after 20 s at most. */
  stop(): Promise<void>;
}

/**
 * Listens for HTTP. At the limit, the connection that has been idle longest is closed, so that silent clients block no
 * others. Each connection runs one request at a time. With too many running requests, the oldest one whose client does
 * not read the reply is closed. Unread bytes are bounded by source and in all.
 */
export function listen(
  first: RequestListener,
  {
    host,
    port,
    maxConnections = defaultMaxConnections,
    maxUnderWay = defaultMaxUnderWay,
    replies = replyLimits,
  }: { host: string; port: number; maxConnections?: number; maxUnderWay?: number; replies?: ReplyLimits },
): Promise<ListeningServer> {
  // Idle connections, oldest first. Idle connections are tracked here, because Node.js counts a connection without any
  // request as busy, which would delay a stop.
  const quiet = new Set<Socket>();
  const busy = new Map<Socket, Busy>();
  let open = 0;
  let isStopping = false;
  let app = first;
  const unread = new UnreadReplies(replies);

  const begin: RequestListener = (request, response) => {
    const { socket } = request;
    const ahead = busy.get(socket)?.ahead ?? [];
    quiet.delete(socket);
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
      ServerResponse: createReplyClass(unread),
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
      // The connection is removed at once: it closes only later and must not be chosen twice.
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
        unread.stop();
        if (error === undefined) resolve();
        else reject(error);
      });
      for (const socket of quiet) socket.destroy();
    });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const serve = (next: RequestListener): void => {
        app = next;
      };
      resolve({ port: portOf(server.address(), port), serve, stop });
    });
  });
}

/** Returns the connection of the oldest request whose client has not read the reply yet. */
function findUnread(busy: ReadonlyMap<Socket, Busy>): Socket | undefined {
  for (const [socket, { response }] of busy) if (response.writableEnded || response.writableNeedDrain) return socket;
  return undefined;
}

const portOf = (address: AddressInfo | string | null, asked: number): number =>
  address !== null && typeof address === 'object' ? address.port : asked;
