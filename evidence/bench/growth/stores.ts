import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteItemCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { Redis } from 'ioredis';
import { stateGuard } from '../../../src/config/state.js';
import type { Clock, LedgerStore, State } from '../../../src/core/ports.js';
import type { EpochMs } from '../../../src/core/units.js';
import { createDynamoDbClient, createDynamoDbStore } from '../../../src/state/dynamodb.js';
import { createDynamoDbLedger } from '../../../src/state/ledger-dynamodb.js';
import { createRedisLedger } from '../../../src/state/ledger-redis.js';
import { createSqliteLedger } from '../../../src/state/ledger-sqlite.js';
import { createRedisStore } from '../../../src/state/redis.js';
import { createSqliteState } from '../../../src/state/sqlite.js';
import { createTable } from '../../../test/dynamodb.js';
import { startRedis } from '../../../test/redis.js';
import { createTextLog } from '../../../test/sinks.js';
import { type DynamoDbUsage, startMeteredDynamoDb } from './dynamodb-meter.js';
import { itemBytes } from './item-bytes.js';

export const storeKinds = ['sqlite', 'redis', 'dynamodb'] as const;
export type StoreKind = (typeof storeKinds)[number];

/** An empty store, as a server opens it, and what the store itself would do in a year. */
export interface YearStore {
  readonly state: State;
  readonly ledger: LedgerStore;
  /** On the disk, in memory, or by DynamoDB's rules of what it bills. */
  sizeBytes(): Promise<number>;
  /** Removes what is over, as the store does by a clock of its own, which cannot be moved. */
  removeExpired(): Promise<void>;
  /** `null`: nothing is billed by the request. */
  readonly usage: DynamoDbUsage | null;
  close(): Promise<void>;
}

const random = (bytes: number): Uint8Array => randomBytes(bytes);

/** @param clock - the year's; @param folder - an empty one */
export function openYearStore(kind: StoreKind, clock: Clock, folder: string): Promise<YearStore> {
  return { sqlite: openSqlite, redis: openRedis, dynamodb: openDynamoDb }[kind](clock, folder);
}

async function openSqlite(clock: Clock, folder: string): Promise<YearStore> {
  // Without their logs of what is written: those are 4 MiB each, however much there is.
  const names = ['state.db', 'ledger.db'];
  const state = createSqliteState({ file: join(folder, 'state.db'), clock });
  const ledger = createSqliteLedger(join(folder, 'ledger.db'));
  const sizes = () => names.map((name) => stat(join(folder, name)).then(({ size }) => size));
  return {
    state,
    ledger,
    sizeBytes: async () => (await Promise.all(sizes())).reduce((sum, size) => sum + size, 0),
    // It goes by the clock it is handed.
    async removeExpired() {},
    usage: null,
    async close() {
      await ledger.close();
      await state.close();
    },
  };
}

/** Notes when each key is over; a key that stays is noted no more. */
function noteEnds(state: State, clock: Clock): { readonly state: State; takeOver(): readonly string[] } {
  const ends = new Map<string, EpochMs>();
  const note = (key: string, expiresAt: EpochMs | null): void => {
    if (expiresAt === null) ends.delete(key);
    else ends.set(key, expiresAt);
  };
  return {
    state: {
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
    },
    takeOver() {
      const over = [...ends].flatMap(([key, end]) => (end <= clock.now() ? [key] : []));
      for (const key of over) ends.delete(key);
      return over;
    },
  };
}

async function removeAll(keys: readonly string[], remove: (key: string) => Promise<unknown>): Promise<void> {
  const atOnce = 50;
  for (let from = 0; from < keys.length; from += atOnce) await Promise.all(keys.slice(from, from + atOnce).map(remove));
}

async function openRedis(clock: Clock): Promise<YearStore> {
  const server = await startRedis();
  const config = stateGuard.parse({ kind: 'redis', url: server.url });
  if (config.kind !== 'redis') throw new Error('not Redis');
  const store = await createRedisStore(config, { clock, random, log: createTextLog() });
  const { state, takeOver } = noteEnds({ ...store, storeEpoch: async () => clock.now() }, clock);
  const ledger = await createRedisLedger(config);
  const redis = new Redis(server.url);
  const usedBytes = async (): Promise<number> =>
    Number(/used_memory_dataset:(\d+)/.exec(await redis.info('memory'))?.[1] ?? 0);
  const keysBytes = async (): Promise<number> =>
    Number(/used_memory_overhead:(\d+)/.exec(await redis.info('memory'))?.[1] ?? 0);
  const empty = (await usedBytes()) + (await keysBytes());
  return {
    state,
    ledger,
    sizeBytes: async () => (await usedBytes()) + (await keysBytes()) - empty,
    removeExpired: () => removeAll(takeOver(), (key) => store.delete(key)),
    usage: null,
    async close() {
      redis.disconnect();
      await ledger.close();
      await store.close();
      await server.stop();
    },
  };
}

async function openDynamoDb(clock: Clock): Promise<YearStore> {
  const server = await startMeteredDynamoDb();
  Object.assign(process.env, server.credentials);
  const { endpoint } = server;
  const TableName = 'facestep';
  const config = stateGuard.parse({ kind: 'dynamodb', table: TableName, region: 'us-east-1', endpoint });
  if (config.kind !== 'dynamodb') throw new Error('not DynamoDB');
  const client = createDynamoDbClient(config);
  await createTable(client, TableName);
  const store = createDynamoDbStore(config, { clock, random });
  const { state, takeOver } = noteEnds({ ...store, storeEpoch: async () => clock.now() }, clock);
  const ledger = createDynamoDbLedger(config);
  const { usage } = server;
  /** What the table does by itself, or the bench for itself, is billed to nobody. */
  const unbilled = async <T>(work: () => Promise<T>): Promise<T> => {
    const before = { ...usage };
    const result = await work();
    Object.assign(usage, before);
    return result;
  };
  const items = async () => {
    const found = [];
    for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true }))
      found.push(...Items);
    return found;
  };
  return {
    state,
    ledger,
    sizeBytes: () => unbilled(async () => (await items()).reduce((sum, item) => sum + itemBytes(item), 0)),
    removeExpired: () =>
      unbilled(() =>
        removeAll(takeOver(), (key) =>
          Promise.all(
            ['r', 'c'].map((kind) =>
              client.send(new DeleteItemCommand({ TableName, Key: { pk: { S: `${kind}:${key}` } } })),
            ),
          ),
        ),
      ),
    usage,
    async close() {
      client.destroy();
      await ledger.close();
      await store.close();
      await server.stop();
    },
  };
}
