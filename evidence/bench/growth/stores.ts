import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type AttributeValue, DeleteItemCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { request } from 'undici';
import { z } from 'zod';
import { stateGuard } from '../../../src/config/state.js';
import type { Clock, LedgerStore, State } from '../../../src/core/ports.js';
import type { EpochMs } from '../../../src/core/units.js';
import { listen } from '../../../src/http/listen.js';
import { createDynamoDbClient, createDynamoDbStore } from '../../../src/storage/state/dynamodb.js';
import { createDynamoDbLedger } from '../../../src/storage/state/ledger-dynamodb.js';
import { createRedisLedger } from '../../../src/storage/state/ledger-redis.js';
import { createSqliteLedger } from '../../../src/storage/state/ledger-sqlite.js';
import { createSqliteState } from '../../../src/storage/state/sqlite.js';
import { createTable, startDynamoDb } from '../../../support/servers/dynamodb.js';
import { startRedis } from '../../../support/servers/redis.js';
import { openRedisState, readRedisBytes, toRedisConfig } from '../filled-state.js';
import type { StoreKind } from './stored.js';

/** DynamoDB bills these bytes for each item, in the table and in each index. */
const overheadBytes = 100;

/** DynamoDB bills one byte for every two significant digits, plus one byte. */
const numberBytes = (text: string): number => Math.ceil(text.replace(/[-.]|0+$/g, '').length / 2) + 1;

function attributeBytes(name: string, { S, N }: AttributeValue): number {
  if (S === undefined && N === undefined) throw new Error(`${name} is neither text nor number`);
  return Buffer.byteLength(name) + (S === undefined ? numberBytes(N ?? '') : Buffer.byteLength(S));
}

/**
 * Returns the billed size of an item. Ledger items count twice because the index copies them.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
function itemBytes(item: Readonly<Record<string, AttributeValue>>): number {
  const own = Object.entries(item).reduce((sum, [name, value]) => sum + attributeBytes(name, value), overheadBytes);
  return item.lp === undefined ? own : 2 * own;
}

const capacityGuard = z.object({ CapacityUnits: z.number() });
const replyGuard = z.object({ ConsumedCapacity: z.union([capacityGuard, z.array(capacityGuard)]).optional() });

const ledgerKey = '"pk":{"S":"l:';

/**
 * Starts the simulator behind a proxy that counts billed units by DynamoDB's rules. The real table has an index with a
 * copy of each ledger item. The simulator has no index, so each ledger write counts twice.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
async function startMeteredDynamoDb() {
  const simulator = await startDynamoDb();
  const usage = { requests: 0, readUnits: 0, writeUnits: 0 };
  const count = (operation: string, asked: string, status: number, text: string): void => {
    usage.requests += 1;
    const { ConsumedCapacity = [] } = replyGuard.parse(JSON.parse(text));
    const units = [ConsumedCapacity].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
    if (/^(Get|BatchGet)Item$|^(Query|Scan)$/.test(operation)) usage.readUnits += units;
    else usage.writeUnits += status !== 200 ? 1 : asked.includes(ledgerKey) ? 2 * units : units;
  };
  const proxy = await listen(
    async (incoming, response) => {
      const asked = (await buffer(incoming)).toString();
      const target = String(incoming.headers['x-amz-target']);
      const operation = target.split('.').at(-1) ?? '';
      const isItemOperation = /Item|Query|Scan/.test(operation);
      const answer = await request(simulator.endpoint, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': target,
          authorization: incoming.headers.authorization ?? '',
          'x-amz-date': String(incoming.headers['x-amz-date']),
        },
        body: isItemOperation ? asked.replace(/\}$/, ',"ReturnConsumedCapacity":"TOTAL"}') : asked,
      });
      const text = await answer.body.text();
      if (isItemOperation) count(operation, asked, answer.statusCode, text);
      response.writeHead(answer.statusCode, { 'content-type': 'application/x-amz-json-1.0' }).end(text);
    },
    { host: '127.0.0.1', port: 0 },
  );
  return {
    endpoint: `http://127.0.0.1:${proxy.port}`,
    credentials: simulator.credentials,
    usage,
    async stop() {
      await proxy.stop();
      await simulator.stop();
    },
  };
}

interface YearStore {
  readonly state: State;
  readonly ledger: LedgerStore;
  /** SQLite files of state and ledger. */
  readonly files?: readonly string[];
  sizeBytes(): Promise<number>;
  /** Removes expired records, because the store's own clock cannot be moved forward. */
  removeExpired(): Promise<void>;
  /** Total usage; `null` if the store does not bill requests. */
  readonly usage: Readonly<Record<'requests' | 'readUnits' | 'writeUnits', number>> | null;
  close(): Promise<void>;
}

function noteEnds(state: State, clock: Clock, remove: (key: string) => Promise<unknown>) {
  const ends = new Map<string, EpochMs>();
  const note = (key: string, expiresAt: EpochMs | null): void => {
    if (expiresAt === null) ends.delete(key);
    else ends.set(key, expiresAt);
  };
  const noted: State = {
    ...state,
    async write(key, value, options) {
      const isWritten = await state.write(key, value, options);
      if (isWritten) note(key, options.expiresAt);
      return isWritten;
    },
    add(key, amount, expiresAt) {
      note(key, expiresAt);
      return state.add(key, amount, expiresAt);
    },
  };
  return {
    state: noted,
    async removeExpired(): Promise<void> {
      const over = [...ends].flatMap(([key, end]) => (end <= clock.now() ? [key] : []));
      for (const key of over) ends.delete(key);
      const atOnce = 50;
      for (let from = 0; from < over.length; from += atOnce)
        await Promise.all(over.slice(from, from + atOnce).map(remove));
    },
  };
}

async function openSqlite(clock: Clock, folder: string): Promise<YearStore> {
  const files = ['state.db', 'ledger.db'].map((name) => join(folder, name));
  const state = createSqliteState({ file: files[0], clock });
  const ledger = await createSqliteLedger(files[1]);
  return {
    state,
    ledger,
    files,
    usage: null,
    // Write-ahead logs are not counted, because their size does not depend on the data.
    async sizeBytes() {
      const sizes = await Promise.all(files.map((file) => stat(file)));
      return sizes.reduce((sum, { size }) => sum + size, 0);
    },
    async removeExpired() {},
    async close() {
      await ledger.close();
      await state.close();
    },
  };
}

async function openRedis(clock: Clock): Promise<YearStore> {
  const { url, stop } = await startRedis();
  const store = await openRedisState(url, clock);
  const ledger = await createRedisLedger(toRedisConfig(url));
  const empty = await readRedisBytes(url);
  return {
    ...noteEnds(store, clock, (key) => store.delete(key)),
    ledger,
    usage: null,
    sizeBytes: async () => (await readRedisBytes(url)) - empty,
    async close() {
      await ledger.close();
      await store.close();
      await stop();
    },
  };
}

async function openDynamoDb(clock: Clock): Promise<YearStore> {
  const { endpoint, credentials, usage, stop } = await startMeteredDynamoDb();
  Object.assign(process.env, credentials);
  const TableName = 'facestep';
  const config = stateGuard.parse({ kind: 'dynamodb', table: TableName, region: 'us-east-1', endpoint });
  if (config.kind !== 'dynamodb') throw new Error('not DynamoDB');
  const client = createDynamoDbClient(config);
  await createTable(client, TableName);
  const store = createDynamoDbStore(config, { clock, random: (bytes) => randomBytes(bytes) });
  const ledger = createDynamoDbLedger(config);
  const unbilled = async <T>(work: () => Promise<T>): Promise<T> => {
    const before = { ...usage };
    const result = await work();
    Object.assign(usage, before);
    return result;
  };
  const remove = (key: string): Promise<unknown> =>
    Promise.all(
      [`r:${key}`, `c:${key}`].map((S) => client.send(new DeleteItemCommand({ TableName, Key: { pk: { S } } }))),
    );
  const { state, removeExpired } = noteEnds({ ...store, storeEpoch: async () => clock.now() }, clock, remove);
  const sumBytes = async (): Promise<number> => {
    let sum = 0;
    for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true }))
      for (const item of Items) sum += itemBytes(item);
    return sum;
  };
  return {
    state,
    ledger,
    usage,
    sizeBytes: () => unbilled(sumBytes),
    removeExpired: () => unbilled(removeExpired),
    async close() {
      client.destroy();
      await ledger.close();
      await store.close();
      await stop();
    },
  };
}

export const openYearStore: Readonly<Record<StoreKind, (clock: Clock, folder: string) => Promise<YearStore>>> = {
  sqlite: openSqlite,
  redis: openRedis,
  dynamodb: openDynamoDb,
};
