import { Redis } from 'ioredis';
import { Pool } from 'undici';
import { type BareServer, startBareServer } from '../bare-server.js';

/** The least a hook and a state store can cost, called as the replicas are. */
export interface Floors {
  /** A server of its own that reads the call and answers a fixed text; the next one of several. */
  callServer(): Promise<void>;
  close(): Promise<void>;
}

const body = JSON.stringify({ text: 'x'.repeat(600) });

/** Starts that many such servers. */
export async function openFloors(servers: number): Promise<Floors> {
  const bare: BareServer[] = [];
  const pools: Pool[] = [];
  for (let at = 0; at < servers; at += 1) {
    const server = await startBareServer();
    bare.push(server);
    pools.push(new Pool(server.url, { connections: 16 }));
  }
  let turn = 0;
  return {
    async callServer() {
      const answer = await pools[turn++ % pools.length]?.request({ path: '/', method: 'POST', body });
      await answer?.body.dump();
    },
    async close() {
      for (const pool of pools) await pool.close();
      for (const server of bare) server.stop();
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
