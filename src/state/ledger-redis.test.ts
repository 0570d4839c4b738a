import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { runLedgerContract } from '../../test/contract/ledger.js';
import { projectRoot } from '../../test/paths.js';
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

  test('it needs no right but those that are documented', async () => {
    await plain.flushall();
    const document = readFileSync(join(projectRoot, 'docs/state.md'), 'utf8');
    const [, keys = '', rights = ''] = /that user needs `(.*?)` and `(.*?)`/.exec(document) ?? [];
    await plain.call('ACL', 'SETUSER', 'facestep', 'on', '>secret', keys, '-@all', ...rights.split(' '));
    const url = `redis://facestep:secret@127.0.0.1:${server.port}`;
    const ledger = await openLedger(stateGuard.parse({ kind: 'redis', url }), files);
    const key = { partition: 'p', sort: 'a' };
    const range = { partition: 'p', after: '', before: '~' };
    await ledger.put([{ ...key, value: 'x', version: 1, expiresAt: null }]);
    await ledger.put([{ ...key, value: null, version: 2, expiresAt: null }]);
    await ledger.put([{ ...key, value: 'y', version: 3, expiresAt: null }]);
    expect(await ledger.get([key])).toEqual(['y']);
    for (const order of ['newest first', 'oldest first'] as const)
      expect(await ledger.range(range, 9, order)).toEqual([{ sort: 'a', value: 'y' }]);
    expect(await ledger.count(range)).toBe(1);
    await ledger.remove([key]);
    expect(await ledger.count(range)).toBe(0);
    await ledger.close();
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
