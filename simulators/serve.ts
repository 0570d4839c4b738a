import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Fetch } from '../src/core/ports.js';

export interface SimulatorOptions {
  readonly port?: number;
  readonly now?: () => number;
  /** Calls the server of this project. */
  readonly reach?: Fetch;
  /** Receives the server before it listens. */
  readonly onServer?: ((server: Server | TlsServer) => void) | undefined;
}

/** Starts a server on this machine only. */
export async function serve(
  server: Server | TlsServer,
  { port = 0, onServer }: Pick<SimulatorOptions, 'port' | 'onServer'> = {},
) {
  onServer?.(server);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    /** Host and port. */
    host: `127.0.0.1:${address.port}`,
    async close(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Error answer of a simulated provider. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string | null,
    message: string,
  ) {
    super(message);
  }
}
