import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port that was free a moment ago. What needs an address before it listens takes it from here. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
