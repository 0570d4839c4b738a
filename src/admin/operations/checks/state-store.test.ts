import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { createManualClock } from '../../../../test/contract/state.js';
import { createTable, type DynamoDbServer, startDynamoDb } from '../../../../test/dynamodb.js';
import { hasRedis, type RedisServer, startRedis } from '../../../../test/redis.js';
import { filesOf } from '../../../config/data-files.js';
import { stateGuard } from '../../../config/state.js';
import { createDynamoDbClient } from '../../../storage/state/dynamodb.js';
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

  test('none, and one that wants a password, fail', async () => {
    expect(await examine({ kind: 'redis', url: 'redis://127.0.0.1:1' })).toMatchObject({ verdict: 'fail' });
    await plain.config('SET', 'requirepass', 'hidden');
    expect(await examine({ kind: 'redis', url: server.url })).toMatchObject({ verdict: 'fail' });
    await plain.config('SET', 'requirepass', '');
  });
});

describe('of DynamoDB', () => {
  let server: DynamoDbServer;
  let client: DynamoDBClient;
  const settings = (table: string) => ({ kind: 'dynamodb', table, endpoint: server.endpoint, region: 'eu-central-1' });
  beforeAll(async () => {
    server = await startDynamoDb();
    Object.assign(process.env, server.credentials);
    client = createDynamoDbClient({ ...settings('any'), kind: 'dynamodb' });
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  test('no table, and one with other keys, fail; one that never removes anything is warned of', async () => {
    expect(await examine(settings('absent'))).toMatchObject({ verdict: 'fail' });
    await createTable(client, 'plain');
    const remedy = expect.stringContaining('time-to-live');
    expect(await examine(settings('plain'))).toMatchObject({ verdict: 'warn', remedy });
  });

  test.each([
    ['pk', 'S', 'warn', 'no index "ledger"'],
    ['id', 'N', 'fail', 'id:HASH:N'],
  ] as const)('a table of the key %s of type %s', async (name, type, verdict, found) => {
    const KeySchema = [{ AttributeName: name, KeyType: 'HASH' as const }];
    const AttributeDefinitions = [{ AttributeName: name, AttributeType: type }];
    const table = {
      TableName: `key-${name}`,
      KeySchema,
      AttributeDefinitions,
      BillingMode: 'PAY_PER_REQUEST' as const,
    };
    await client.send(new CreateTableCommand(table));
    expect(await examine(settings(`key-${name}`))).toMatchObject({ verdict, found: expect.stringContaining(found) });
  });
});
