import { Pool } from 'undici';
import { loadPictures } from '../../../examples/demo/pictures.js';
import { startRedis } from '../../../test/redis.js';
import { type Client, createClient } from '../client.js';
import { benchPolicy, openOkta, toCall } from '../hook-providers.js';
import { load, quantile, round } from '../measure.js';
import { startServers } from '../servers.js';

export const atOnce = 16;

export const provider = openOkta(benchPolicy);
const [hook] = provider.hooks;

export type StateSettings = { readonly kind: 'sqlite' } | { readonly kind: 'redis'; readonly url: string };

function createCaller(urls: readonly string[]) {
  const pools = urls.map((url) => new Pool(url, { connections: 16 }));
  let turn = 0;
  return {
    async post(path: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
      const pool = pools[turn++ % pools.length];
      const answer = await pool.request({ path, method: 'POST', headers, body });
      await answer.body.dump();
      if (answer.statusCode !== 200) throw new Error(`${path} answered ${answer.statusCode}`);
    },
    async close(): Promise<void> {
      for (const pool of pools) await pool.close();
    },
  };
}

/** Starts replicas that share key files and state store, and calls the replicas in turn. */
export async function openCluster(
  count: number,
  state: StateSettings,
  prepare: (dataFolder: string) => Promise<void> = async () => {},
) {
  const config = { state, connections: [provider.connection] };
  const { replicas, adminKey, stop } = await startServers({ count, config, prepare });
  const { person } = await loadPictures();
  const clients: Client[] = [];
  for (const { url } of replicas)
    clients.push(await createClient(url, adminKey, { enrolled: person[0], live: person[1] }, 8));
  const caller = createCaller(replicas.map(({ url }) => url));
  let turn = 0;
  return {
    callHook(n: number): Promise<void> {
      const { headers, body } = toCall(provider, hook.event(n));
      return caller.post(`/hooks/okta/${hook.hook}`, body, { 'content-type': 'application/json', ...headers });
    },
    verify: (): Promise<void> => clients[turn++ % clients.length].authenticate(),
    async close(): Promise<void> {
      await caller.close();
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

export async function measureReplicas(
  counts: readonly number[],
  { hooks, verifications }: { readonly hooks: number; readonly verifications: number },
  say: (line: string) => void,
) {
  const redis = await startRedis();
  const byReplicas = [];
  let event = 0;
  try {
    for (const replicas of counts) {
      say(`  ${replicas} ${replicas === 1 ? 'replica' : 'replicas'}…`);
      const cluster = await openCluster(replicas, { kind: 'redis', url: redis.url });
      byReplicas.push({
        replicas,
        hooks: await rate(hooks, atOnce, hooks / 10, () => cluster.callHook(event++)),
        verifications: await rate(verifications, 2 * replicas, 4 * replicas, cluster.verify),
      });
      await cluster.close();
    }
    return byReplicas;
  } finally {
    await redis.stop();
  }
}
