import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { runLedgerContract } from '../../test/contract/ledger.js';
import { hasRedis, type RedisServer, startRedis } from '../../test/redis.js';
import { filesOf } from '../config/data-files.js';
import { stateGuard } from '../config/state.js';
import { openLedger } from './open-ledger.js';

const describeOnRedis = hasRedis ? describe : describe.skip;

describeOnRedis('the ledger on one Redis server', () => {
  let server: RedisServer;
  let plain: Redis;

  beforeAll(async () => {
    server = await startRedis();
    plain = new Redis(server.url);
  });
  afterAll(async () => {
    plain.disconnect();
    await server.stop();
  });

  const files = filesOf({ dataFolder: 'unused', keys: { kind: 'local', folder: null } });
  const open = () => openLedger(stateGuard.parse({ kind: 'redis', url: server.url }), files);

  runLedgerContract('redis', async () => {
    await plain.flushall();
    return { ledger: await open(), reopen: open };
  });

  test('all keys bear the prefix, and nothing is left of rows that were removed', async () => {
    await plain.flushall();
    const ledger = await open();
    await ledger.put([
      { partition: 'p', sort: 'a', value: 'x', version: 1, expiresAt: null },
      { partition: 'q', sort: 'a', value: '', version: null, expiresAt: null },
    ]);
    expect((await plain.keys('*')).toSorted()).toEqual([
      '{facestep:ledger:p}:h',
      '{facestep:ledger:p}:s',
      '{facestep:ledger:q}:s',
    ]);
    await ledger.remove(['p', 'q'].map((partition) => ({ partition, sort: 'a' })));
    expect(await plain.keys('*')).toEqual([]);
    await ledger.close();
  });
});
