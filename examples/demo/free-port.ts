import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/*
 * What is given away here is listened on seconds later. A port of the system's own choosing may belong to somebody's connection by
 * then, so these lie below the ports systems choose from (32768 and up on Linux, 49152 by RFC 6335) and above all that browsers block,
 * and processes that run at one time hand out their own, but for few pids in a thousand.
 */
const lowest = 12_000;
const eachProcess = 64;
const processes = 312;
const first = lowest + (process.pid % processes) * eachProcess;
let next = randomInt(eachProcess);

/** A port that nobody listens on. What needs an address before it listens takes it from here. */
export async function findFreePort(): Promise<number> {
  for (let tries = 0; tries < eachProcess; tries++) {
    const port = first + (next++ % eachProcess);
    if (await isFree(port)) return port;
  }
  throw new Error('no port');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listens = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
  });
  if (!listens) return false;
  server.close();
  await once(server, 'close');
  return true;
}
