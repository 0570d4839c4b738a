import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/*
 * A port that the system chooses may be in use seconds later. The ports here lie below the ephemeral ranges (32768 and
 * up on Linux, 49152 by RFC 6335) and above all ports that browsers block. Concurrent processes mostly start at
 * different ports.
 */
const lowest = 12_000;
const eachProcess = 64;
const processes = 312;
const first = lowest + (process.pid % processes) * eachProcess;
let next = randomInt(eachProcess);

/**
 * Finds a free port for code that needs its address before it listens.
 * @param wanted - port to return if it is free
 */
export async function findFreePort(wanted: number | null = null): Promise<number> {
  if (wanted !== null && (await isFree(wanted))) return wanted;
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
