import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { createManualClock } from '../../../test/contract/state.js';
import { createTable, type DynamoDbServer, startDynamoDb } from '../../../test/dynamodb.js';
import { hasRedis, type RedisServer, startRedis } from '../../../test/redis.js';
import { filesOf } from '../../config/data-files.js';
import { stateGuard } from '../../config/state.js';
import { createDynamoDbClient } from '../../state/dynamodb.js';
import { createStateCheck } from './state-store.js';

const files = filesOf({ dataFolder: '/nowhere', keys: { kind: 'local', folder: null } });
const examine = (settings: object) =>
  createStateCheck(stateGuard.parse(settings), files, { clock: createManualClock() }).run();

(hasRedis ? describe : describe.skip)('of Redis', () => {
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

  test('one that keeps everything passes', async () => {
    expect(await examine({ kind: 'redis', url: server.url })).toMatchObject({ verdict: 'pass', remedy: null });
    expect(await plain.dbsize()).toBe(0);
  });

  test('one that may throw keys out fails, and one that keeps nothing on disk is warned of', async () => {
    await plain.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const evicting = await examine({ kind: 'redis', url: server.url });
    expect(evicting).toMatchObject({ verdict: 'fail', found: expect.stringContaining('allkeys-lru') });
    await plain.config('SET', 'maxmemory-policy', 'noeviction', 'appendonly', 'no');
    expect(await examine({ kind: 'redis', url: server.url })).toMatchObject({ verdict: 'warn' });
    await plain.config('SET', 'appendonly', 'yes');
  });

  test('a user without the rights that the log of decisions takes is warned of, and nothing is changed', async () => {
    const rights = '+get +set +del +eval +evalsha +info +ping +hello +select';
    await plain.call('ACL', 'SETUSER', 'earlier', 'on', '>secret', '~{facestep:*', '-@all', ...rights.split(' '));
    const url = `redis://earlier:secret@127.0.0.1:${server.port}`;
    expect(await examine({ kind: 'redis', url })).toMatchObject({
      verdict: 'warn',
      found: expect.stringContaining('log of decisions'),
      remedy: expect.stringContaining('docs/state.md'),
    });
    expect(await plain.dbsize()).toBe(0);
  });

  test('none, and one that wants a password, fail', async () => {
    expect(await examine({ kind: 'redis', url: 'redis://127.0.0.1:1' })).toMatchObject({ verdict: 'fail' });
    await plain.config('SET', 'requirepass', 'hidden');
    expect(await examine({ kind: 'redis', url: server.url })).toMatchObject({ verdict: 'fail' });
    await plain.config('SET', 'requirepass', '');
  });
});

describe('of DynamoDB', () => {
  let server: DynamoDbServer;
  const settings = (table: string) => ({ kind: 'dynamodb', table, endpoint: server.endpoint, region: 'eu-central-1' });
  beforeAll(async () => {
    server = await startDynamoDb();
    Object.assign(process.env, server.credentials);
  });
  afterAll(() => server.stop());

  test('no table, and one with other keys, fail; one that never removes anything is warned of', async () => {
    expect(await examine(settings('absent'))).toMatchObject({ verdict: 'fail' });
    const config = stateGuard.parse(settings('any'));
    if (config.kind !== 'dynamodb') throw new Error('another kind');
    const client = createDynamoDbClient(config);
    await createTable(client, 'plain');
    expect(await examine(settings('plain'))).toMatchObject({
      verdict: 'warn',
      remedy: expect.stringContaining('time-to-live'),
    });
    await client.send(
      new CreateTableCommand({
        TableName: 'earlier',
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
    expect(await examine(settings('earlier'))).toMatchObject({
      verdict: 'warn',
      found: expect.stringContaining('no index "ledger"'),
    });
    const other = { AttributeName: 'id', AttributeType: 'N' } as const;
    await client.send(
      new CreateTableCommand({
        TableName: 'other',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [other],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
    expect(await examine(settings('other'))).toMatchObject({
      verdict: 'fail',
      found: expect.stringContaining('id:HASH:N'),
    });
    client.destroy();
  });
});
