import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteItemCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { stateGuard } from '../../../src/config/state.js';
import type { Clock, LedgerStore, State } from '../../../src/core/ports.js';
import type { EpochMs } from '../../../src/core/units.js';
import { createDynamoDbClient, createDynamoDbStore } from '../../../src/storage/state/dynamodb.js';
import { createDynamoDbLedger } from '../../../src/storage/state/ledger-dynamodb.js';
import { createRedisLedger } from '../../../src/storage/state/ledger-redis.js';
import { createSqliteLedger } from '../../../src/storage/state/ledger-sqlite.js';
import { createSqliteState } from '../../../src/storage/state/sqlite.js';
import { createTable } from '../../../test/dynamodb.js';
import { startRedis } from '../../../test/redis.js';
import { openRedisState, readRedisBytes, toRedisConfig } from '../filled-state.js';
import { itemBytes, startMeteredDynamoDb } from './dynamodb-meter.js';
import type { StoreKind } from './stored.js';

export interface YearStore {
  readonly state: State;
  readonly ledger: LedgerStore;
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
  const ledger = createSqliteLedger(files[1]);
  return {
    ...{ state, ledger, usage: null },
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
    ...{ ledger, usage: null },
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
    ...{ state, ledger, usage },
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
