import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  PutItemCommand,
  paginateQuery,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import type { DynamoDbConfig } from '../../config/state.js';
import type { LedgerKey, LedgerRange, LedgerRow, LedgerStore } from '../../core/ports.js';
import { type BackOff, backOffMs, pause } from '../../core/resilience.js';
import { FaceError } from '../../errors.js';
import { createDynamoDbClient } from './dynamodb.js';
import { orUnavailable } from './unavailable.js';

/*
 * In the state's table, one item per row:
 *   pk (S)         "l:", the partition, "|", the sort key
 *   lp, ls (S)     partition and sort key: the keys of the index "ledger"; absent for tombstones
 *   value (S)      absent if empty
 *   version (N)    a higher version replaces a lower one; no version replaces a row that has none
 *   ttl (N)        expiry in seconds; DynamoDB deletes the item hours or days later
 */

/** Name of the index with hash key `lp`, range key `ls` and all attributes. */
export const ledgerIndex = 'ledger';

const textGuard = z.object({ S: z.string() }).transform(({ S }) => S);
const rowGuard = z.object({ ls: textGuard, value: textGuard.optional() });
const itemGuard = z.object({ pk: textGuard, lp: textGuard.optional(), value: textGuard.optional() });

const writesAtOnce = 25;
const readsAtOnce = 100;
/** Maximum of attempts for throttled writes. */
const mostTries = 6;
const backOff: BackOff = { firstMs: 50, longestMs: 1600 };

const toPk = ({ partition, sort }: LedgerKey): string => `l:${partition}|${sort}`;

/** Creates the ledger in Amazon DynamoDB. Lists are eventually consistent. */
export function createDynamoDbLedger(config: DynamoDbConfig): LedgerStore {
  const client = createDynamoDbClient(config);
  const { table: TableName } = config;
  let isClosed = false;

  const whileOpen = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (isClosed) throw new FaceError('state_unavailable', 'closed');
    return orUnavailable(work);
  };

  const writeBatch = async (requests: readonly WriteRequest[]): Promise<void> => {
    let left = [...requests];
    for (let tries = 0; left.length > 0; tries += 1) {
      if (tries === mostTries) throw new FaceError('state_unavailable', { reason: 'throttled' });
      if (tries > 0) await pause(backOffMs(backOff, tries));
      const { UnprocessedItems } = await client.send(
        new BatchWriteItemCommand({ RequestItems: { [TableName]: left } }),
      );
      left = UnprocessedItems?.[TableName] ?? [];
    }
  };

  const putNewer = async (row: LedgerRow, version: number): Promise<void> => {
    try {
      await client.send(
        new PutItemCommand({
          TableName,
          Item: toItem(row),
          ConditionExpression: 'attribute_not_exists(pk) OR #version < :version',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':version': { N: String(version) } },
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  };

  const query = ({ partition, after, before }: LedgerRange) => ({
    TableName,
    IndexName: ledgerIndex,
    KeyConditionExpression: 'lp = :partition AND ls BETWEEN :after AND :before',
    ExpressionAttributeValues: {
      ':partition': { S: partition },
      ':after': { S: after === '' ? ' ' : after },
      ':before': { S: before },
    },
  });

  const readBatch = async (keys: readonly string[]): Promise<ReadonlyMap<string, string>> => {
    const found = new Map<string, string>();
    let left: Record<string, AttributeValue>[] = keys.map((pk) => ({ pk: { S: pk } }));
    for (let tries = 0; left.length > 0; tries += 1) {
      if (tries === mostTries) throw new FaceError('state_unavailable', { reason: 'throttled' });
      const { Responses, UnprocessedKeys } = await client.send(
        new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: left, ConsistentRead: true } } }),
      );
      for (const item of Responses?.[TableName] ?? []) {
        const { pk, lp, value = '' } = itemGuard.parse(item);
        if (lp !== undefined) found.set(pk, value);
      }
      left = UnprocessedKeys?.[TableName]?.Keys ?? [];
    }
    return found;
  };

  return {
    async put(rows) {
      await whileOpen(async () => {
        const blind = new Map(
          rows.flatMap((row) =>
            row.version === null ? [[toPk(row), { PutRequest: { Item: toItem(row) } }] as const] : [],
          ),
        );
        for (const batch of slices([...blind.values()], writesAtOnce)) await writeBatch(batch);
        for (const row of rows) if (row.version !== null) await putNewer(row, row.version);
      });
    },
    async remove(keys) {
      await whileOpen(async () => {
        const requests = [...new Set(keys.map(toPk))].map((pk) => ({ DeleteRequest: { Key: { pk: { S: pk } } } }));
        for (const batch of slices(requests, writesAtOnce)) await writeBatch(batch);
      });
    },
    async get(keys) {
      return whileOpen(async () => {
        const batches = slices([...new Set(keys.map(toPk))], readsAtOnce);
        const found = new Map((await Promise.all(batches.map(readBatch))).flatMap((each) => [...each]));
        return keys.map((key) => found.get(toPk(key)) ?? null);
      });
    },
    async range(range, limit, order) {
      return whileOpen(async () => {
        if (isEmpty(range)) return [];
        const rows: { sort: string; value: string }[] = [];
        // `BETWEEN` includes rows at both ends of the range, so two more are requested and the ends removed.
        const pages = paginateQuery(
          { client, pageSize: limit + 2 },
          { ...query(range), ScanIndexForward: order === 'oldest first' },
        );
        for await (const { Items = [] } of pages) {
          for (const { ls, value = '' } of z.array(rowGuard).parse(Items)) {
            if (ls > range.after && ls < range.before) rows.push({ sort: ls, value });
          }
          if (rows.length >= limit) break;
        }
        return rows.slice(0, limit);
      });
    },
    async count(range) {
      return whileOpen(async () => {
        if (isEmpty(range)) return 0;
        let count = 0;
        for await (const { Count = 0 } of paginateQuery({ client }, { ...query(range), Select: 'COUNT' }))
          count += Count;
        const ends = [range.after, range.before].map((sort) => toPk({ partition: range.partition, sort }));
        return count - (await readBatch(ends)).size;
      });
    },
    async close() {
      isClosed = true;
      client.destroy();
    },
  };
}

const isEmpty = ({ after, before }: LedgerRange): boolean => after >= before;

function toItem(row: LedgerRow): Record<string, AttributeValue> {
  const { partition, sort, value, version, expiresAt } = row;
  return {
    pk: { S: toPk(row) },
    ...(value === null ? {} : { lp: { S: partition }, ls: { S: sort } }),
    ...(value === null || value === '' ? {} : { value: { S: value } }),
    ...(version === null ? {} : { version: { N: String(version) } }),
    ...(expiresAt === null ? {} : { ttl: { N: String(Math.ceil(expiresAt / 1000)) } }),
  };
}

const slices = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
