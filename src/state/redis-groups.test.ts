import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createManualClock, runStateContract } from '../../test/contract/state.js';
import { eventually } from '../../test/eventually.js';
import { hasRedis } from '../../test/redis.js';
import {
  masterName,
  type RedisGroup,
  type SentinelGroup,
  startRedisCluster,
  startRedisSentinel,
} from '../../test/redis-groups.js';
import { createStateFolder, type StateFolder } from '../../test/state-folder.js';
import { stateGuard } from '../config/state.js';
import type { Clock, State } from '../core/ports.js';
import { addSec } from '../core/units.js';

const describeOnRedis = hasRedis ? describe : describe.skip;

/** A data folder of its own for each test, and what is open is closed at the end. */
function createFolders(settings: () => object) {
  const folders: StateFolder[] = [];
  const opened: State[] = [];
  return {
    newFolder(): StateFolder {
      const folder = createStateFolder();
      folders.push(folder);
      return folder;
    },
    async open(folder: StateFolder, clock: Clock): Promise<State> {
      const state = await folder.open(stateGuard.parse({ kind: 'redis', ...settings() }), clock);
      opened.push(state);
      return state;
    },
    async close(): Promise<void> {
      for (const state of opened) await state.close();
      for (const folder of folders) folder.remove();
    },
  };
}

describeOnRedis('on a Redis Cluster', () => {
  let group: RedisGroup;
  const { newFolder, open, close } = createFolders(() => ({ url: group.servers[0]!.url, cluster: [] }));
  beforeAll(async () => {
    group = await startRedisCluster();
  });
  afterAll(async () => {
    await close();
    await group.stop();
  });

  runStateContract('redis cluster', async (clock) => {
    await group.flush();
    const folder = newFolder();
    return { state: await open(folder, clock), reopen: () => open(folder, clock), lose: () => group.flush() };
  });

  test('one node that starts anew without its keys is a loss', async () => {
    await group.flush();
    const clock = createManualClock();
    const folder = newFolder();
    const state = await open(folder, clock);
    expect(await state.storeEpoch()).toBe(clock.now());
    await group.servers[1]!.restart('nothing');
    await eventually(async () => expect(await state.storeEpoch()).toBe(addSec(clock.now(), 31)));
    expect(folder.audited).toHaveLength(1);
    expect(await state.write('a', 1, { when: 'absent', expiresAt: null })).toBe(true);
  });
});

describeOnRedis('on a Redis with a sentinel', () => {
  let group: SentinelGroup;
  const { newFolder, open, close } = createFolders(() => ({
    url: 'redis://sentinels-know',
    sentinel: { name: masterName, addresses: [`127.0.0.1:${group.sentinelPort}`] },
  }));
  beforeAll(async () => {
    group = await startRedisSentinel();
  });
  afterAll(async () => {
    await close();
    await group.stop();
  });

  runStateContract('redis sentinel', async (clock) => {
    await group.flush();
    const folder = newFolder();
    return { state: await open(folder, clock), reopen: () => open(folder, clock), lose: () => group.flush() };
  });

  test('what was written is there once the replica is the master, and can be written over', async () => {
    await group.flush();
    const clock = createManualClock();
    const folder = newFolder();
    const state = await open(folder, clock);
    const since = await state.storeEpoch();
    await state.write('a', 1, { when: 'any', expiresAt: null });
    await group.failOver();
    await eventually(() => state.write('a', 2, { when: 'any', expiresAt: null }));
    expect((await state.read('a'))?.value).toBe(2);
    expect(await state.storeEpoch()).toBe(since);
    expect(folder.audited).toEqual([]);
  });

  test('the replica is found where the master fell silent and its connections never end', async () => {
    await group.flush();
    const clock = createManualClock();
    const state = await open(newFolder(), clock);
    await state.write('a', 1, { when: 'any', expiresAt: null });
    await group.silenceMaster();
    await eventually(() => state.write('a', 2, { when: 'any', expiresAt: null }));
    expect((await state.read('a'))?.value).toBe(2);
  });
});
