import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createManualClock, runStateContract } from '../../test/contract/state.js';
import { createTable, type DynamoDbServer, deleteTable, startDynamoDb } from '../../test/dynamodb.js';
import { systemRandom } from '../../test/sinks.js';
import { createStateFolder, type StateFolder } from '../../test/state-folder.js';
import { stateGuard } from '../config/state.js';
import type { Clock, State } from '../core/ports.js';
import { addSec } from '../core/units.js';
import { createDynamoDbClient, createDynamoDbStore } from './dynamodb.js';

let server: DynamoDbServer;
let client: DynamoDBClient;
const folders: StateFolder[] = [];
const opened: State[] = [];
let tables = 0;

const settingsOf = (table: string, endpoint = server.endpoint) => ({
  kind: 'dynamodb' as const,
  ...{ table, endpoint, region: 'eu-central-1' },
});

beforeAll(async () => {
  server = await startDynamoDb();
  Object.assign(process.env, server.credentials);
  client = createDynamoDbClient(settingsOf('any'));
});
afterAll(async () => {
  for (const state of opened) await state.close();
  for (const folder of folders) folder.remove();
  client.destroy();
  await server.stop();
});

const newTable = async (): Promise<string> => {
  tables += 1;
  await createTable(client, `facestep-${tables}`);
  return `facestep-${tables}`;
};
const newFolder = (): StateFolder => {
  const folder = createStateFolder();
  folders.push(folder);
  return folder;
};
const openIn = async (folder: StateFolder, clock: Clock, table: string, endpoint = server.endpoint): Promise<State> => {
  const state = await folder.open(stateGuard.parse(settingsOf(table, endpoint)), clock);
  opened.push(state);
  return state;
};

runStateContract('dynamodb', async (clock) => {
  const table = await newTable();
  const folder = newFolder();
  return {
    state: await openIn(folder, clock, table),
    reopen: () => openIn(folder, clock, table),
    async lose() {
      await deleteTable(client, table);
      await createTable(client, table);
    },
  };
});

test('what has an end bears it in seconds too, rounded up, for the table to remove it; what has none bears none', async () => {
  const table = await newTable();
  const clock = createManualClock(1_790_000_000_001);
  const state = await openIn(newFolder(), clock, table);
  await state.write('a', 1, { when: 'any', expiresAt: addSec(clock.now(), 10) });
  await state.add('a', 1, addSec(clock.now(), 20));
  await state.write('b', 1, { when: 'any', expiresAt: null });
  const ttlOf = async (pk: string) =>
    (await client.send(new GetItemCommand({ TableName: table, Key: { pk: { S: pk } } }))).Item?.ttl?.N;
  expect(await ttlOf('r:a')).toBe('1790000011');
  expect(await ttlOf('c:a')).toBe('1790000021');
  expect(await ttlOf('r:b')).toBeUndefined();
});

/** Stands before the server and loses the replies to those requests it is told to. */
async function startLossyProxy(isLost: (target: string) => boolean): Promise<{ url: string; proxy: Server }> {
  const proxy = createServer((incoming, outgoing) => {
    const { method = 'POST', headers } = incoming;
    const forwarded = request(server.endpoint, { method, headers }, (reply) => {
      if (isLost(String(headers['x-amz-target']))) {
        reply.resume();
        outgoing.destroy();
        return;
      }
      outgoing.writeHead(reply.statusCode ?? 500, reply.headers);
      reply.pipe(outgoing);
    });
    incoming.pipe(forwarded);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, proxy };
}

test('a write whose first reply was lost is known for its own; one that somebody else made is not', async () => {
  let lose = 0;
  const { url, proxy } = await startLossyProxy((target) => target.endsWith('PutItem') && lose-- > 0);
  const state = await openIn(newFolder(), createManualClock(), await newTable(), url);
  const once = { when: 'absent', expiresAt: null } as const;
  lose = 1;
  expect(await state.write('a', 'mine', once)).toBe(true);
  lose = 1;
  expect(await state.write('a', 'too late', once)).toBe(false);
  expect((await state.read('a'))?.value).toBe('mine');
  lose = 9;
  await expect(state.write('b', 1, once)).rejects.toMatchObject({ code: 'state_unavailable' });
  proxy.closeAllConnections();
  proxy.close();
});

test('one that takes requests and never answers is given up', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const client = createDynamoDbStore(settingsOf('any', `http://127.0.0.1:${address.port}`), {
    clock: createManualClock(),
    random: systemRandom,
  });
  await expect(client.read('a')).rejects.toMatchObject({ code: 'state_unavailable' });
  await client.close();
  silent.closeAllConnections();
  silent.close();
});

test('without its table it is state_unavailable, and good once the table is there', async () => {
  const state = await openIn(newFolder(), createManualClock(), 'later');
  await expect(state.read('a')).rejects.toMatchObject({ code: 'state_unavailable' });
  await createTable(client, 'later');
  expect(await state.read('a')).toBeNull();
});
