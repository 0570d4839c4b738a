import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../../../support/run/eventually.js';
import { useStateFolders } from '../../../support/run/state-folder.js';
import { hasRedis } from '../../../support/servers/redis.js';
import { masterName, startRedisCluster, startRedisSentinel } from '../../../support/servers/redis-groups.js';
import { createManualClock, runStateContract } from '../../../test/contract/state.js';
import { addSec } from '../../core/units.js';

const describeOnRedis = hasRedis ? describe : describe.skip;

describeOnRedis('on a Redis Cluster', () => {
  let group: Awaited<ReturnType<typeof startRedisCluster>>;
  const { newFolder, openIn, openFor } = useStateFolders(() => ({
    kind: 'redis',
    url: group.servers[0]!.url,
    cluster: [],
  }));
  beforeAll(async () => {
    group = await startRedisCluster();
  });
  afterAll(() => group.stop());

  runStateContract('redis cluster', async (clock) => {
    await group.flush();
    return openFor(clock, () => group.flush());
  });

  test('a node that restarts without its data starts a new store epoch', async () => {
    await group.flush();
    const clock = createManualClock();
    const folder = newFolder();
    const state = await openIn(folder, clock);
    expect(await state.storeEpoch()).toBe(clock.now());
    await group.servers[1]!.restart('nothing');
    await eventually(async () => expect(await state.storeEpoch()).toBe(addSec(clock.now(), 31)));
    expect(folder.audited).toHaveLength(1);
    expect(await state.write('a', 1, { when: 'absent', expiresAt: null })).toBe(true);
  });
});

describeOnRedis('on Redis with a sentinel', () => {
  let group: Awaited<ReturnType<typeof startRedisSentinel>>;
  const { newFolder, openIn, openFor } = useStateFolders(() => ({
    kind: 'redis',
    url: 'redis://sentinels-know',
    sentinel: { name: masterName, addresses: [`127.0.0.1:${group.sentinelPort}`] },
  }));
  beforeAll(async () => {
    group = await startRedisSentinel();
  });
  afterAll(() => group.stop());

  runStateContract('redis sentinel', async (clock) => {
    await group.flush();
    return openFor(clock, () => group.flush());
  });

  test('data is available after a failover to the replica, and can be overwritten', async () => {
    await group.flush();
    const clock = createManualClock();
    const folder = newFolder();
    const state = await openIn(folder, clock);
    const since = await state.storeEpoch();
    await state.write('a', 1, { when: 'any', expiresAt: null });
    await group.failOver();
    await eventually(() => state.write('a', 2, { when: 'any', expiresAt: null }));
    expect((await state.read('a'))?.value).toBe(2);
    expect(await state.storeEpoch()).toBe(since);
    expect(folder.audited).toEqual([]);
  });

  test('the client fails over to the replica if the master stops responding with open connections', async () => {
    await group.flush();
    const clock = createManualClock();
    const state = await openIn(newFolder(), clock);
    await state.write('a', 1, { when: 'any', expiresAt: null });
    await group.silenceMaster();
    await eventually(() => state.write('a', 2, { when: 'any', expiresAt: null }));
    expect((await state.read('a'))?.value).toBe(2);
  });
});
