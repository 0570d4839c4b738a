import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { Pool } from 'undici';
import { z } from 'zod';

/** The least a hook and a state store can cost, called as the replicas are. */
export interface Floors {
  /** A server of its own that reads the call and answers a fixed text; the next one of several. */
  callServer(): Promise<void>;
  close(): Promise<void>;
}

const readyGuard = z.tuple([z.string()]).rest(z.unknown());

const body = JSON.stringify({ text: 'x'.repeat(600) });

/** Starts that many such servers. */
export async function openFloors(servers: number): Promise<Floors> {
  const script = fileURLToPath(new URL('../hook-floor.js', import.meta.url));
  const children: ChildProcess[] = [];
  const pools: Pool[] = [];
  for (let at = 0; at < servers; at += 1) {
    const child = fork(script);
    const [url] = readyGuard.parse(await once(child, 'message'));
    children.push(child);
    pools.push(new Pool(url, { connections: 16 }));
  }
  let turn = 0;
  return {
    async callServer() {
      const answer = await pools[turn++ % pools.length]?.request({ path: '/', method: 'POST', body });
      await answer?.body.dump();
    },
    async close() {
      for (const pool of pools) await pool.close();
      for (const child of children) child.kill();
    },
  };
}

/** One small script at a Redis: a record that is read and written, as a step-up that is used up. */
export async function openRedisFloor(url: string): Promise<{ call(): Promise<void>; close(): void }> {
  const redis = new Redis(url);
  const sha = String(
    await redis.script(
      'LOAD',
      "local found = redis.call('get', KEYS[1]); redis.call('set', KEYS[1], ARGV[1]); return found",
    ),
  );
  return {
    call: async () => void (await redis.evalsha(sha, 1, 'floor', 'x'.repeat(200))),
    close: () => redis.disconnect(),
  };
}
