import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { createTextLog, systemRandom } from '../../../../support/fakes/sinks.js';
import { createTable, type DynamoDbServer, startDynamoDb } from '../../../../support/servers/dynamodb.js';
import { hasRedis, type RedisServer, startRedis } from '../../../../support/servers/redis.js';
import { filesOf } from '../../../config/data-files.js';
import { stateGuard } from '../../../config/state.js';
import { addSec, epochMs } from '../../../core/units.js';
import { createDynamoDbClient } from '../../../storage/state/dynamodb.js';
import { openStore } from '../../../storage/state/open.js';
import { createSharedReplicasCheck, createStateCheck } from './state-store.js';

const files = filesOf({ dataFolder: '/nowhere', keys: { kind: 'local', folder: null } });
const examine = (settings: object, aheadSec = 0) => {
  const clock = { now: () => addSec(epochMs(Date.now()), aheadSec) };
  return createStateCheck(stateGuard.parse(settings), files, {
    clock,
    random: systemRandom,
    log: createTextLog(),
  }).run();
};

(hasRedis ? describe : describe.skip)('the check of Redis', () => {
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

  test('a Redis that keeps all keys passes', async () => {
    expect(await examine({ kind: 'redis', url: server.url })).toMatchObject({ verdict: 'pass', remedy: null });
    expect(await plain.dbsize()).toBe(0);
  });

  test('replicas of different releases are named to a command', async () => {
    const config = stateGuard.parse({ kind: 'redis', url: server.url });
    const clock = { now: () => epochMs(Date.now()) };
    const deps = { clock, random: systemRandom, log: createTextLog(), files };
    const store = (await openStore(config, deps))!;
    const note = (release: string) => ({ release, computes: 'same', seenAt: clock.now() });
    const expiresAt = addSec(clock.now(), 60);
    await store.write('replicas', { one: note('1.0.0'), two: note('1.1.0') }, { when: 'any', expiresAt });
    const found = expect.stringContaining('two 1.1.0');
    expect(await createSharedReplicasCheck(config, files, deps).run()).toMatchObject({ verdict: 'warn', found });
    await store.close();
  });

  test('a clock that is off and a user who may not write are named', async () => {
    const found = expect.stringContaining('behind Redis');
    expect(await examine({ kind: 'redis', url: server.url }, -120)).toMatchObject({ verdict: 'warn', found });
    await plain.call('ACL', 'SETUSER', 'reader', 'on', '>reader', '~*', '+@all', '-set');
    const url = server.url.replace('//', '//reader:reader@');
    const cannot = expect.stringContaining('cannot be written: this user lacks a right');
    expect(await examine({ kind: 'redis', url })).toMatchObject({ verdict: 'fail', found: cannot });
  });

  test('a Redis that may evict keys fails; a Redis without persistence causes a warning', async () => {
    await plain.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const evicting = await examine({ kind: 'redis', url: server.url });
    expect(evicting).toMatchObject({ verdict: 'fail', found: expect.stringContaining('allkeys-lru') });
    await plain.config('SET', 'maxmemory-policy', 'noeviction', 'appendonly', 'no');
    expect(await examine({ kind: 'redis', url: server.url })).toMatchObject({ verdict: 'warn' });
    await plain.config('SET', 'appendonly', 'yes');
  });

  test('an unreachable Redis and one that requires a password fail', async () => {
    const failing = (text: string) => ({ verdict: 'fail', found: expect.stringContaining(text) });
    const closed = 'redis://127.0.0.1:1';
    expect(await examine({ kind: 'redis', url: closed })).toMatchObject(failing('no program listens'));
    await plain.config('SET', 'requirepass', 'hidden');
    expect(await examine({ kind: 'redis', url: server.url })).toMatchObject(failing('password is wrong'));
    const wrong = server.url.replace('//', '//:canary@');
    expect(await examine({ kind: 'redis', url: wrong })).toMatchObject(failing('password is wrong'));
    await plain.config('SET', 'requirepass', '');
    const secure = server.url.replace('redis:', 'rediss:');
    expect(await examine({ kind: 'redis', url: secure })).toMatchObject(failing('TLS'));
    const cluster = [new URL(server.url).host];
    expect(await examine({ kind: 'redis', url: server.url, cluster })).toMatchObject(failing('not a cluster'));
    await plain.call('ACL', 'SETUSER', 'poor', 'on', '>poor', '~*', '+@connection');
    const poor = server.url.replace('//', '//poor:poor@');
    expect(await examine({ kind: 'redis', url: poor })).toMatchObject(failing('lacks a right'));
  });

  test('a Redis replica and a Redis without free memory fail', async () => {
    const settings = { kind: 'redis', url: server.url };
    await plain.config('SET', 'maxmemory', '1', 'maxmemory-policy', 'noeviction');
    expect(await examine(settings)).toMatchObject({ verdict: 'fail', found: expect.stringContaining('full') });
    await plain.config('SET', 'maxmemory', '0');
    await plain.call('REPLICAOF', '127.0.0.1', '1');
    expect(await examine(settings)).toMatchObject({ verdict: 'fail', found: expect.stringContaining('replica') });
    await plain.call('REPLICAOF', 'NO', 'ONE');
  });
});

describe('the check of DynamoDB', () => {
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

  test('a missing table or wrong keys fail; a table without expiry of items causes a warning', async () => {
    const found = expect.stringContaining('does not exist in this account');
    expect(await examine(settings('absent'))).toMatchObject({ verdict: 'fail', found });
    await createTable(client, 'plain');
    const remedy = expect.stringContaining('time-to-live');
    expect(await examine(settings('plain'))).toMatchObject({ verdict: 'warn', remedy });
    const behind = expect.stringContaining('behind DynamoDB');
    expect(await examine(settings('plain'), -120)).toMatchObject({ verdict: 'warn', found: behind });
  });

  test.each([
    ['pk', 'S', 'warn', 'no index "ledger"'],
    ['id', 'N', 'fail', 'id:HASH:N'],
  ] as const)('a table with the key %s of type %s has the verdict %s: %s', async (name, type, verdict, found) => {
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
