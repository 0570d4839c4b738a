import { startRedis } from '../../../test/redis.js';
import { load, quantile, round } from '../measure.js';
import { openFloors, openRedisFloor } from './floors.js';
import { openCluster } from './service.js';

/** What came of a load that is sent as fast as it is answered. */
export interface Rate {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** So many replicas on one Redis, each with one thread for the engine. */
export interface ReplicasReport {
  readonly replicas: number;
  readonly hooks: Rate;
  /** As many servers that answer a fixed text. */
  readonly hookFloor: Rate;
  readonly verifications: Rate;
}

/** Requests under way at once. */
export const atOnce = 16;

const toRate = ({ perSecond, times }: { readonly perSecond: number; readonly times: readonly number[] }): Rate => ({
  perSecond: round(perSecond, 1),
  p50Ms: round(quantile(times)),
  p99Ms: round(quantile(times, 0.99)),
});

/** Measures one number of replicas after the other, on a Redis of their own. */
export async function measureReplicas(
  counts: readonly number[],
  { hooks, verifications }: { readonly hooks: number; readonly verifications: number },
  say: (line: string) => void,
): Promise<{ readonly byReplicas: readonly ReplicasReport[]; readonly redisFloor: Rate }> {
  const redis = await startRedis();
  const byReplicas: ReplicasReport[] = [];
  let event = 0;
  try {
    for (const replicas of counts) {
      say(`  ${replicas} ${replicas === 1 ? 'replica' : 'replicas'}…`);
      const floors = await openFloors(replicas);
      const cluster = await openCluster({ replicas, state: { kind: 'redis', url: redis.url } });
      const callHook = () => cluster.callHook(event++);
      await load(hooks / 10, atOnce, callHook);
      const hookRate = toRate(await load(hooks, atOnce, callHook));
      await load(hooks / 10, atOnce, () => floors.callServer());
      const hookFloor = toRate(await load(hooks, atOnce, () => floors.callServer()));
      await load(4 * replicas, 2 * replicas, () => cluster.verify());
      const verifyRate = toRate(await load(verifications, 2 * replicas, () => cluster.verify()));
      byReplicas.push({ replicas, hooks: hookRate, hookFloor, verifications: verifyRate });
      await cluster.close();
      await floors.close();
    }
    const floor = await openRedisFloor(redis.url);
    await load(hooks / 10, atOnce, () => floor.call());
    const redisFloor = toRate(await load(hooks, atOnce, () => floor.call()));
    floor.close();
    return { byReplicas, redisFloor };
  } finally {
    await redis.stop();
  }
}
