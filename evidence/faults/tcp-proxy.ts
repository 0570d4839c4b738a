import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export type TcpProxy = Awaited<ReturnType<typeof startTcpProxy>>;

/** Starts a proxy that can delay answers, hold all data back, or cut all connections. */
export async function startTcpProxy(targetPort: number) {
  const sockets = new Set<Socket>();
  let delayMs = 0;
  let isHanging = false;
  let isCut = false;

  const join = (one: Socket, other: Socket): void => {
    sockets.add(one);
    one.on('error', () => {});
    one.on('close', () => {
      sockets.delete(one);
      other.destroy();
    });
    if (isHanging) one.pause();
  };
  const server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(targetPort, '127.0.0.1');
    near.on('data', (bytes) => void far.write(bytes));
    far.on('data', (bytes) => {
      const write = (): void => void (near.writable && near.write(bytes));
      if (delayMs > 0) setTimeout(write, delayMs);
      else write();
    });
    join(near, far);
    join(far, near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    slowDown(ms: number): void {
      delayMs = ms;
    },
    hang(now: boolean): void {
      isHanging = now;
      for (const socket of sockets) now ? socket.pause() : socket.resume();
    },
    cut(now: boolean): void {
      isCut = now;
      if (now) cutAll();
    },
    async close(): Promise<void> {
      cutAll();
      server.close();
      await once(server, 'close');
    },
  };
}
