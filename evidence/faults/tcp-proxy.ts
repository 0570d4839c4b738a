import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  slowDown(ms: number): void;
  hang(isHanging: boolean): void;
  cut(isCut: boolean): void;
  close(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let delayMs = 0;
  let isHanging = false;
  let isCut = false;
  let held: (() => void)[] = [];

  const pass = (from: Socket, to: Socket, toDelayMs: () => number): void => {
    from.on('data', (bytes) => {
      const write = (): void => void (to.writable && to.write(bytes));
      if (isHanging) held.push(write);
      else if (toDelayMs() > 0) setTimeout(write, toDelayMs());
      else write();
    });
  };
  const server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(targetPort, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    pass(near, far, () => 0);
    pass(far, near, () => delayMs);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    slowDown(ms) {
      delayMs = ms;
    },
    hang(now) {
      isHanging = now;
      if (now) return;
      for (const write of held) write();
      held = [];
    },
    cut(now) {
      isCut = now;
      if (now) cutAll();
    },
    async close() {
      cutAll();
      server.close();
      await once(server, 'close');
    },
  };
}
