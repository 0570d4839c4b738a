import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasRedis } from '../../support/servers/redis.js';
import { masterName, startRedisSentinel } from '../../support/servers/redis-groups.js';
import { succeeds } from '../measure/program.js';
import { type Fault, type Invariant, skip } from './fault.js';
import { runOnStage, type Stage, withRedis } from './stage.js';

/** Starts a proxy that can delay answers, hold all data back, or cut all connections. */
async function startTcpProxy(targetPort: number) {
  const sockets = new Set<Socket>();
  let delayMs = 0;
  let isHanging = false;
  let isCut = false;

  const join = (one: Socket, other: Socket): void => {
    sockets.add(one);
    one.on('error', () => {});
    one.on('close', () => {
      sockets.delete(one);
      other.destroy();
    });
    if (isHanging) one.pause();
  };
  const server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(targetPort, '127.0.0.1');
    near.on('data', (bytes) => void far.write(bytes));
    far.on('data', (bytes) => {
      const write = (): void => void (near.writable && near.write(bytes));
      if (delayMs > 0) setTimeout(write, delayMs);
      else write();
    });
    join(near, far);
    join(far, near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    slowDown(ms: number): void {
      delayMs = ms;
    },
    hang(now: boolean): void {
      isHanging = now;
      for (const socket of sockets) now ? socket.pause() : socket.resume();
    },
    cut(now: boolean): void {
      isCut = now;
      if (now) cutAll();
    },
    async close(): Promise<void> {
      cutAll();
      server.close();
      await once(server, 'close');
    },
  };
}

export const redis: Fault = {
  about: 'the Redis of all replicas is disconnected, slow, silent, restarted with its data, and restarted empty',
  run: ({ size, say }) =>
    withRedis(async (server) => {
      const isFull = size === 'full';
      const proxy = await startTcpProxy(server.port);
      try {
        return await runOnStage({ count: 2, redisUrl: `redis://127.0.0.1:${proxy.port}` }, async (stage) => {
          const people = await prepare(stage, isFull ? 10 : 2);
          const turnTo = (when: string): void => {
            stage.journal.turnTo(when);
            say(`  ${when}`);
          };
          for (const { when, begin, end } of disturbances(proxy).slice(0, isFull ? undefined : 1)) {
            turnTo(when);
            begin();
            await useAll(stage, people, when);
            end();
            await untilReady(stage);
          }
          if (isFull) {
            turnTo('restarted with its data');
            await server.restart('what it kept');
            await untilReady(stage);
            await useAll(stage, people, 'kept');
          }
          turnTo('restarted empty');
          const invariants = await checkForgotten(stage, people, () => server.restart('nothing'));
          return { enrolled: [...people.enrolled, people.revoked], invariants };
        });
      } finally {
        await proxy.close();
      }
    }),
};

export const failover: Fault = {
  about: 'the Redis master is stopped, and its sentinel promotes the replica',
  async run({ size, say }) {
    if (!hasRedis) return skip('Redis is not installed');
    const group = await startRedisSentinel();
    const [master] = group.servers;
    const sentinel = { name: masterName, addresses: [`127.0.0.1:${group.sentinelPort}`] };
    const state = { kind: 'redis', url: master?.url ?? '', sentinel };
    try {
      return await runOnStage({ count: 2, config: { state } }, async (stage) => {
        const people = await prepare(stage, size === 'full' ? 10 : 2);
        stage.journal.turnTo('while it fails over');
        say('  while it fails over');
        const over = group.failOver();
        await useAll(stage, people, 'meanwhile');
        await over;
        await untilReady(stage);
        stage.journal.turnTo('after');
        await useAll(stage, people, 'after');
        return { enrolled: [...people.enrolled, people.revoked] };
      });
    } finally {
      await group.stop();
    }
  },
};

type People = Awaited<ReturnType<typeof prepare>>;

/** @returns `revoked`: user whose enrolment was revoked, but whose token an attacker restored in the profile */
async function prepare(stage: Stage, count: number) {
  const { client, pictures } = stage;
  const [revoked = '', impersonated = '', ...enrolled] = await stage.createUsers(count + 2);
  for (const user of [revoked, impersonated, ...enrolled]) await client.enrol(user, pictures.person[0]);
  return { enrolled, revoked, impersonated };
}

/** Quick mode uses only the first disturbance. */
const disturbances = (proxy: Awaited<ReturnType<typeof startTcpProxy>>) => [
  { when: 'cut off', begin: () => proxy.cut(true), end: () => proxy.cut(false) },
  ...[100, 1_000].map((ms) => ({
    when: `answers ${ms} ms late`,
    begin: () => proxy.slowDown(ms),
    end: () => proxy.slowDown(0),
  })),
  { when: 'silent', begin: () => proxy.hang(true), end: () => proxy.hang(false) },
];

async function useAll({ client, pictures }: Stage, { enrolled }: People, label: string): Promise<void> {
  await Promise.all(
    enrolled.map(async (user) => {
      await client.checkFace(user, pictures.person[1]);
      await Promise.all(['a', 'a', 'b'].map((event) => client.callHook(user, `${label}-${user}-${event}`)));
    }),
  );
}

async function untilReady({ replicas, client, connectTo }: Stage): Promise<void> {
  for (const { url } of replicas) {
    while (!(await succeeds(connectTo([url])))) await sleep(50);
  }
  await client.signIn();
}

/** Verifies that no consumed check and no revoked token becomes valid again if the store loses all its data. */
async function checkForgotten(
  stage: Stage,
  { enrolled: [user = ''], revoked, impersonated }: People,
  lose: () => Promise<void>,
): Promise<readonly Invariant[]> {
  const { client, pictures, okta, tokenOf } = stage;
  const kept = tokenOf(revoked);
  await client.revoke(revoked);
  await client.checkFace(user, pictures.person[1]);
  const spent = await client.callHook(user, 'spent-before');
  await lose();
  await untilReady(stage);
  // Restores the revoked token in the profile.
  const profile = okta.org.users.get(revoked)?.profile;
  if (profile !== undefined) profile.facestepToken = kept;
  const replayed = await client.checkFace(revoked, pictures.person[1]);
  if (profile !== undefined) delete profile.facestepToken;
  const again = await client.callHook(user, 'spent-again');
  const strange = await client.checkFace(impersonated, pictures.stranger);
  return [
    {
      invariant: 'a revoked token stays revoked, although the store lost the revocation',
      checked: kept === null ? 0 : 1,
      broken: replayed === 'passed' ? [`${revoked} passed`] : [],
    },
    {
      invariant: 'a used check stays used, although the store lost the record',
      checked: spent === 'granted' ? 1 : 0,
      broken: again === 'granted' ? [`${user} was granted again`] : [],
    },
    {
      invariant: 'another person’s face is refused, although the store lost everything',
      checked: 1,
      broken: strange === 'passed' ? [`${impersonated} passed`] : [],
    },
  ];
}
