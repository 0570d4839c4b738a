import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import { type Exchange, observeExchanges } from './exchanges.js';

/** Starts a server on this machine only. */
export async function serve(
  server: Server | TlsServer,
  {
    port = 0,
    onExchange,
  }: { readonly port?: number; readonly onExchange?: ((exchange: Exchange) => void) | undefined } = {},
) {
  if (onExchange !== undefined) observeExchanges(server, onExchange);
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
