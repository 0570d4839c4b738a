import { availableParallelism } from 'node:os';
import { hasRedis, startRedis } from '../../../test/redis.js';
import { atOnce, measureReplicas, type StateSettings } from './replicas.js';
import { measureSubjects } from './subjects.js';

export const fullScale = {
  replicas: [1, 2, 4],
  subjects: [0, 10_000, 1_000_000],
  hooks: 20_000,
  verifications: 600,
  alone: { hooks: 2_000, verifications: 200 },
};

export const quickScale: typeof fullScale = {
  replicas: [1],
  subjects: [0, 1_000],
  hooks: 200,
  verifications: 8,
  alone: { hooks: 40, verifications: 4 },
};

/**
 * Measures hooks and verifications by number of replicas on one Redis, and by number of users. Client, servers and
 * Redis share the machine.
 * @returns the JSON output of the benchmark, with stable property names
 */
export async function benchScale(size: typeof fullScale, say: (line: string) => void) {
  const replicas = hasRedis ? await measureReplicas(size.replicas, size, say) : [];
  const measure = (states: readonly StateSettings[]) =>
    measureSubjects(
      size.subjects.map((subjects, at) => ({ subjects, state: states[at] })),
      size.alone,
      say,
    );
  const servers = hasRedis ? await Promise.all(size.subjects.map(() => startRedis())) : [];
  const redis = hasRedis ? await measure(servers.map(({ url }) => ({ kind: 'redis', url }))) : null;
  for (const server of servers) await server.stop();
  const sqlite = await measure(size.subjects.map(() => ({ kind: 'sqlite' })));
  return {
    node: process.version,
    cores: availableParallelism(),
    // Number of concurrent hook calls. Verifications run with two concurrent calls per replica.
    atOnce,
    replicas,
    subjects: { redis, sqlite },
  };
}
