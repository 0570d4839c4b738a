import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { loadPictures } from '../../examples/demo/pictures.js';
import type { Json } from '../../src/core/base/json.js';
import type { State } from '../../src/core/ports.js';
import { enrolSubject } from '../../src/enrolment/enrol.js';
import { createTestCore } from '../../test/support/benches/core.js';
import { testShare } from '../../test/support/data/share.js';
import { drawPhoto } from '../../test/support/fakes/simulated-engine.js';
import { hasRedis, startRedis } from '../../test/support/servers/redis.js';
import { withFolder } from '../measure/program.js';
import { type Client, createClient } from './client.js';
import { notePasses, openQuickState, openRedisState, readRedisBytes, systemClock } from './filled-state.js';
import { benchPolicy, openOkta, toCall } from './hook-providers.js';
import { load, quantile, round, type Timing, timeInTurns, toTiming } from './measure.js';
import { startServers } from './servers.js';

const atOnce = 16;

const provider = openOkta(benchPolicy);
const [hook] = provider.hooks;

type StateSettings = { readonly kind: 'sqlite' } | { readonly kind: 'redis'; readonly url: string };

/** Starts replicas that share key files and state store, and calls the replicas in turn. */
async function openCluster(
  count: number,
  state: StateSettings,
  prepare: (dataFolder: string) => Promise<void> = async () => {},
) {
  const config = { state, connections: [provider.connection] };
  const { replicas, adminKey, stop } = await startServers({ count, config, prepare });
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

async function measureReplicas(
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

const enrolled = { connection: 'work', subject: 'anna' } as const;

/** @returns the records that the enrolment wrote to the state store, by key */
async function recordEnrolment(folder: string, hasPasskey: boolean): Promise<ReadonlyMap<string, Json>> {
  const { deps, connection } = await createTestCore(join(folder, 'keys.json'));
  const records = new Map<string, Json>();
  const state: State = {
    ...deps.state,
    async write(key, value, options) {
      const isWritten = await deps.state.write(key, value, options);
      if (isWritten) records.set(key, value);
      return isWritten;
    },
    async delete(key) {
      await deps.state.delete(key);
      records.delete(key);
    },
  };
  const text = (bytes: number): string => randomBytes(bytes).toString('base64url');
  const passkey = { id: text(32), publicKey: text(77), counter: 0, transports: ['internal'], backupEligible: true };
  const consent = { statement: 'face check, version 1', givenAt: deps.clock.now() };
  const photos = [drawPhoto(enrolled.subject, 1)];
  const shared = { connection, subject: enrolled.subject, photos, secret: null, consent, share: testShare };
  await enrolSubject({ ...shared, passkey: hasPasskey ? passkey : null }, { ...deps, state });
  return records;
}

async function fill(state: State, count: number): Promise<void> {
  const { plain, withPasskey } = await withFolder('bench', async (folder) => ({
    plain: await recordEnrolment(folder, false),
    withPasskey: await recordEnrolment(folder, true),
  }));
  const enrol = async (n: number): Promise<void> => {
    for (const [key, value] of n % 10 === 0 ? withPasskey : plain) {
      const own = key
        .replace(enrolled.connection, provider.connection.id)
        .replace(enrolled.subject, provider.subjects(n)[0]);
      await state.write(own, value, { when: 'any', expiresAt: null, relaxedDurability: true });
    }
  };
  const atOnce = 500;
  for (let from = 0; from < count; from += atOnce)
    await Promise.all(Array.from({ length: Math.min(atOnce, count - from) }, (_, n) => enrol(from + n)));
}

const openStore = async (settings: StateSettings, dataFolder: string): Promise<State> =>
  settings.kind === 'redis' ? openRedisState(settings.url, systemClock) : openQuickState(join(dataFolder, 'state.db'));

async function readSize(settings: StateSettings, dataFolder: string): Promise<number> {
  if (settings.kind === 'redis') return readRedisBytes(settings.url);
  const sizeOf = (name: string): Promise<number> =>
    stat(join(dataFolder, name)).then(
      ({ size }) => size,
      () => 0,
    );
  return (await sizeOf('state.db')) + (await sizeOf('state.db-wal'));
}

async function measureSubjects(
  stores: readonly { readonly subjects: number; readonly state: StateSettings }[],
  { hooks, verifications }: { readonly hooks: number; readonly verifications: number },
  say: (line: string) => void,
) {
  const sizes: number[] = [];
  const clusters: Awaited<ReturnType<typeof openCluster>>[] = [];
  for (const { subjects, state: settings } of stores) {
    const prepare = async (dataFolder: string): Promise<void> => {
      say(`  ${settings.kind}: ${subjects} users…`);
      const state = await openStore(settings, dataFolder);
      await fill(state, subjects);
      await notePasses(state, { ...provider, subjects: (n) => provider.subjects(n).slice(0, 1) }, hooks + 1);
      await state.close();
      sizes.push(await readSize(settings, dataFolder));
    };
    clusters.push(await openCluster(1, settings, prepare));
  }
  const counts = clusters.map(() => 0);
  const hookTimes = await timeInTurns(
    hooks,
    clusters.map((cluster, at) => () => cluster.callHook(counts[at]++)),
  );
  const verifyTimes = await timeInTurns(
    verifications,
    clusters.map(({ verify }) => verify),
  );
  for (const cluster of clusters) await cluster.close();
  const bySize = stores.map(({ subjects }, at) => ({
    subjects,
    storeMiB: round(sizes[at] / 1024 ** 2, 1),
    bytesPerSubject: subjects === 0 ? null : Math.round((sizes[at] - sizes[0]) / subjects),
    hook: toTiming(hookTimes[at]),
    verify: toTiming(verifyTimes[at]),
  }));
  const none = bySize[0];
  const most = bySize[bySize.length - 1];
  return {
    bySize,
    flatness: { hook: toRatio(most.hook, none.hook), verify: toRatio(most.verify, none.verify) },
  };
}

const toRatio = (most: Timing, none: Timing) => ({
  ratio: round(most.ms / none.ms),
  interval: [round(most.interval[0] / none.interval[1]), round(most.interval[1] / none.interval[0])] as const,
});

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
