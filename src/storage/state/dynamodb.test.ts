import { request } from 'node:http';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemRandom } from '../../../support/fakes/sinks.js';
import { useStateFolders } from '../../../support/run/state-folder.js';
import { createTable, type DynamoDbServer, deleteTable, startDynamoDb } from '../../../support/servers/dynamodb.js';
import { runLedgerContract } from '../../../test/contract/ledger.js';
import { createManualClock, runStateContract } from '../../../test/contract/state.js';
import { addSec } from '../../core/units.js';
import { listen } from '../../http/listen.js';
import { createDynamoDbClient, createDynamoDbStore } from './dynamodb.js';
import { createDynamoDbLedger } from './ledger-dynamodb.js';

let server: DynamoDbServer;
let client: DynamoDBClient;
let tables = 0;

const { newFolder, openIn, openFor } = useStateFolders(() => settingsOf('any'));
const settingsOf = (table: string, endpoint = server.endpoint) => ({
  kind: 'dynamodb' as const,
  table,
  endpoint,
  region: 'eu-central-1',
});

beforeAll(async () => {
  server = await startDynamoDb();
  Object.assign(process.env, server.credentials);
  client = createDynamoDbClient(settingsOf('any'));
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});

const newTable = async (): Promise<string> => {
  tables += 1;
  await createTable(client, `facestep-${tables}`);
  return `facestep-${tables}`;
};

runStateContract('dynamodb', async (clock) => {
  const table = await newTable();
  const lose = async () => {
    await deleteTable(client, table);
    await createTable(client, table);
  };
  return openFor(clock, lose, { table });
});

runLedgerContract('dynamodb', async () => {
  const settings = settingsOf(await newTable());
  return { ledger: createDynamoDbLedger(settings), reopen: async () => createDynamoDbLedger(settings) };
});

test('entries with an expiry have a TTL attribute in seconds, rounded up; entries without an expiry have none', async () => {
  const table = await newTable();
  const clock = createManualClock(1_790_000_000_001);
  const state = await openIn(newFolder(), clock, { table });
  await state.write('a', 1, { when: 'any', expiresAt: addSec(clock.now(), 10) });
  await state.add('a', 1, addSec(clock.now(), 20));
  await state.write('b', 1, { when: 'any', expiresAt: null });
  const ttlOf = async (pk: string) =>
    (await client.send(new GetItemCommand({ TableName: table, Key: { pk: { S: pk } } }))).Item?.ttl?.N;
  expect(await ttlOf('r:a')).toBe('1790000011');
  expect(await ttlOf('c:a')).toBe('1790000021');
  expect(await ttlOf('r:b')).toBeUndefined();
});

test('a write whose first reply was lost is recognised as successful; a write after another one is not', async () => {
  let lose = 0;
  // Stands before the server, and loses the replies to those requests it is told to.
  const proxy = await listen(
    (incoming, outgoing) => {
      const { method = 'POST', headers } = incoming;
      const forwarded = request(server.endpoint, { method, headers }, (reply) => {
        if (String(headers['x-amz-target']).endsWith('PutItem') && lose-- > 0) return outgoing.destroy();
        outgoing.writeHead(reply.statusCode ?? 500, reply.headers);
        return reply.pipe(outgoing);
      });
      incoming.pipe(forwarded);
    },
    { host: '127.0.0.1', port: 0 },
  );
  const settings = { table: await newTable(), endpoint: `http://127.0.0.1:${proxy.port}` };
  const state = await openIn(newFolder(), createManualClock(), settings);
  const once = { when: 'absent', expiresAt: null } as const;
  lose = 1;
  expect(await state.write('a', 'mine', once)).toBe(true);
  lose = 1;
  expect(await state.write('a', 'too late', once)).toBe(false);
  expect((await state.read('a'))?.value).toBe('mine');
  lose = 9;
  await expect(state.write('b', 1, once)).rejects.toMatchObject({ code: 'state_unavailable' });
  await proxy.stop();
});

test('a DynamoDB endpoint that never responds ends in state_unavailable', async () => {
  const silent = await listen(() => {}, { host: '127.0.0.1', port: 0 });
  const settings = settingsOf('any', `http://127.0.0.1:${silent.port}`);
  const client = createDynamoDbStore(settings, { clock: createManualClock(), random: systemRandom });
  await expect(client.read('a')).rejects.toMatchObject({ code: 'state_unavailable' });
  await client.close();
  await silent.stop();
});

test('a missing table is state_unavailable until the table exists', async () => {
  const state = await openIn(newFolder(), createManualClock(), { table: 'later' });
  await expect(state.read('a')).rejects.toMatchObject({ code: 'state_unavailable' });
  await createTable(client, 'later');
  // On a busy machine, a look-up that began before may still fail.
  const readAgain = (): Promise<unknown> => state.read('a').catch(readAgain);
  expect(await readAgain()).toBeNull();
});
