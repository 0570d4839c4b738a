import { availableParallelism } from 'node:os';
import { loadPictures } from '../../examples/demo/pictures.js';
import { hasRedis, startRedis } from '../../support/servers/redis.js';
import { BadInput } from '../measure/corpus/corpus.js';
import { type Client, createClient } from './client.js';
import { benchPolicy, openOkta, toCall } from './hook-providers.js';
import { load, quantile, round } from './measure.js';
import { startServers } from './servers.js';

const atOnce = 16;

const provider = openOkta(benchPolicy);
const [hook] = provider.hooks;

/** Starts replicas that share key files and a Redis, and calls the replicas in turn. */
async function openCluster(count: number, redisUrl: string) {
  const config = { state: { kind: 'redis', url: redisUrl }, connections: [provider.connection] };
  const { replicas, adminKey, stop } = await startServers({ count, config });
  const { person } = await loadPictures();
  const clients: Client[] = [];
  for (const { url } of replicas)
    clients.push(await createClient(url, adminKey, { enrolled: person[0], live: person[1] }, atOnce));
  let turn = 0;
  const nextClient = (): Client => clients[turn++ % clients.length];
  return {
    async callHook(n: number): Promise<void> {
      const { headers, body } = toCall(provider, hook.event(n));
      await nextClient().post(`/hooks/okta/${hook.hook}`, { 'content-type': 'application/json', ...headers }, body);
    },
    verify: (): Promise<void> => nextClient().authenticate(),
    async close(): Promise<void> {
      for (const client of clients) await client.close();
      await stop();
    },
  };
}

async function rate(count: number, width: number, warmUp: number, run: () => Promise<void>) {
  await load(warmUp, width, run);
  const { perSecond, times } = await load(count, width, run);
  return { perSecond: round(perSecond, 1), p50Ms: round(quantile(times)), p99Ms: round(quantile(times, 0.99)) };
}

export const fullScale = { replicas: [1, 2, 4], hooks: 20_000, verifications: 600 };

export const quickScale: typeof fullScale = { replicas: [1], hooks: 200, verifications: 8 };

/**
 * Measures hooks and verifications by number of replicas on one Redis. Client, servers and Redis share the machine.
 * @throws BadInput if there is no Redis
 */
export async function benchScale(
  { replicas: counts, hooks, verifications }: typeof fullScale,
  say: (line: string) => void,
) {
  if (!hasRedis) throw new BadInput('There is no Redis');
  const redis = await startRedis();
  const replicas = [];
  let event = 0;
  try {
    for (const count of counts) {
      say(`  ${count} ${count === 1 ? 'replica' : 'replicas'}…`);
      const cluster = await openCluster(count, redis.url);
      replicas.push({
        replicas: count,
        hooks: await rate(hooks, atOnce, hooks / 10, () => cluster.callHook(event++)),
        verifications: await rate(verifications, 2 * count, 4 * count, cluster.verify),
      });
      await cluster.close();
    }
  } finally {
    await redis.stop();
  }
  // Hooks run with `atOnce` concurrent calls, verifications with two for each replica.
  return { node: process.version, cores: availableParallelism(), atOnce, replicas };
}
