import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findFreePort } from '../../examples/demo/free-port.js';
import { until } from '../run/eventually.js';
import { executablePath, startRedis } from './redis.js';

const slots = 16_384;

export async function startRedisCluster() {
  const settings = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'];
  const servers = await Promise.all([1, 2, 3].map(() => startRedis(settings)));
  const clients = servers.map(({ url }) => new Redis(url));
  const share = Math.ceil(slots / servers.length);
  await Promise.all(
    clients.map(async (client, index) => {
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
      const last = Math.min((index + 1) * share, slots) - 1;
      await client.call('CLUSTER', 'ADDSLOTSRANGE', index * share, last);
      for (const { port } of servers) await client.call('CLUSTER', 'MEET', '127.0.0.1', port);
    }),
  );
  for (const client of clients) {
    const isWhole = async (): Promise<boolean> => {
      const info = String(await client.call('CLUSTER', 'INFO'));
      return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${servers.length}`);
    };
    await until(isWhole);
  }
  return {
    servers,
    flush: async () => void (await Promise.all(clients.map((client) => client.flushall()))),
    async stop() {
      for (const client of clients) client.disconnect();
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

export const masterName = 'facestep-test';

export async function startRedisSentinel() {
  const master = await startRedis();
  const replica = await startRedis(`--replicaof 127.0.0.1 ${master.port} --repl-diskless-sync-delay 0`.split(' '));
  const sentinelPort = await findFreePort();
  const folder = await mkdtemp(join(tmpdir(), 'facestep-sentinel-'));
  const file = join(folder, 'sentinel.conf');
  const lines = [
    `port ${sentinelPort}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor ${masterName} 127.0.0.1 ${master.port} 1`,
    `sentinel failover-timeout ${masterName} 2000`,
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  const sentinel = spawn(executablePath, [file, '--sentinel'], { stdio: 'ignore' });
  const end = (): void => void sentinel.kill('SIGKILL');
  process.once('exit', end);
  const client = new Redis({ port: sentinelPort });
  client.on('error', () => {});
  await until(async () => String(await client.call('SENTINEL', 'REPLICAS', masterName)).includes(`:${replica.port}`));
  const masterPort = async (): Promise<number> => {
    const address = await client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName);
    return Number(String(address).split(',')[1]);
  };
  return {
    servers: [master, replica],
    sentinelPort,
    async flush() {
      const port = await masterPort();
      const current = new Redis({ port });
      await current.flushall();
      current.disconnect();
    },
    async failOver() {
      const before = await masterPort();
      // Sentinel refuses a failover until it knows the replica's state.
      await until(async () => (await client.call('SENTINEL', 'FAILOVER', masterName)) === 'OK');
      await until(async () => (await masterPort()) !== before);
    },
    /** Stops the master without closing connections, like a lost machine. */
    async silenceMaster() {
      const before = await masterPort();
      await client.call('SENTINEL', 'SET', masterName, 'down-after-milliseconds', '500');
      const current = [master, replica].find(({ port }) => port === before);
      current?.process.kill('SIGSTOP');
      await until(async () => (await masterPort()) !== before);
    },
    async stop() {
      client.disconnect();
      process.off('exit', end);
      sentinel.kill('SIGKILL');
      await once(sentinel, 'exit');
      await Promise.all([master.stop(), replica.stop()]);
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
