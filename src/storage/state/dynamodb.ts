import { createHash } from 'node:crypto';
import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import type { DynamoDbConfig } from '../../config/state.js';
import type { Clock, Random, StateRecord, WriteCondition } from '../../core/ports.js';
import type { EpochMs } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { toAwsOptions } from '../../network/forward-proxy.js';
import { newRevision, type Store } from './store-epoch.js';
import { orUnavailable } from './unavailable.js';

/*
 * One table, one item per record and per counter:
 *   pk (S)         "r:" or "c:" and the key
 *   value (S)      JSON, or `sum` (N) for a counter
 *   revision (N)   random id of the last write; absent for counters
 *   expiresAt (N)  in milliseconds; decides about expiry; absent if the item never expires
 *   ttl (N)        in seconds, for the table's time to live, which deletes hours or days later
 */

const numberGuard = z.object({ N: z.coerce.number() }).transform(({ N }) => N);
const recordGuard = z.object({
  value: z.object({ S: z.string() }).transform(({ S }) => S),
  revision: numberGuard,
  expiresAt: numberGuard.optional(),
});
const itemGuard = z.object({ pk: z.object({ S: z.string() }).transform(({ S }) => S) });
const counterGuard = z.object({ sum: numberGuard });

/** Keys longer than 1,024 bytes are replaced by their digest, because DynamoDB limits keys to 2,048 bytes. */
const longestKeyBytes = 1024;

const defaultAnswerWithinMs = 1500;

/** Maximum of attempts if several writers restart an expired counter. */
const maxContentions = 8;

/** @param answerWithinMs - upper bound; hooks have shorter deadlines */
export const createDynamoDbClient = (config: DynamoDbConfig, answerWithinMs = defaultAnswerWithinMs): DynamoDBClient =>
  new DynamoDBClient(toAwsOptions(config, answerWithinMs / 3, answerWithinMs));

/**
 * Creates the state store in Amazon DynamoDB, with strong consistency. After a timeout, a call is retried once. The
 * revision shows whether the first attempt of a write succeeded.
 */
export function createDynamoDbStore(
  config: DynamoDbConfig,
  { clock, random, answerWithinMs }: { clock: Clock; random: Random; answerWithinMs?: number },
): Store {
  const client = createDynamoDbClient(config, answerWithinMs);
  const { table: TableName } = config;

  const find = async (key: string): Promise<StateRecord | null> => {
    const { Item } = await client.send(new GetItemCommand({ TableName, Key: toKey('r', key), ConsistentRead: true }));
    return Item === undefined ? null : toRecord(Item);
  };

  const toRecord = (item: Record<string, AttributeValue>): StateRecord | null => {
    const { value, revision, expiresAt } = recordGuard.parse(item);
    if (expiresAt !== undefined && expiresAt <= clock.now()) return null;
    return { value: JSON.parse(value), revision };
  };

  /** Reads several records. A throttled table may omit some records, which are then read one by one. */
  const findMany = async (keys: readonly string[]): Promise<(StateRecord | null)[]> => {
    const Keys = keys.map((key) => toKey('r', key));
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } } }),
    );
    const left = new Set(
      z
        .array(itemGuard)
        .parse(UnprocessedKeys?.[TableName]?.Keys ?? [])
        .map(({ pk }) => pk),
    );
    const items = new Map((Responses?.[TableName] ?? []).map((item) => [itemGuard.parse(item).pk, item]));
    return Promise.all(
      keys.map((key) => {
        const pk = pkOf('r', key);
        if (left.has(pk)) return find(key);
        const item = items.get(pk);
        return item === undefined ? null : toRecord(item);
      }),
    );
  };

  const update = async (input: Omit<UpdateItemCommandInput, 'TableName'>): Promise<number | null> => {
    try {
      const command = new UpdateItemCommand({ TableName, ReturnValues: 'UPDATED_NEW', ...input });
      return counterGuard.parse((await client.send(command)).Attributes).sum;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return null;
      throw error;
    }
  };

  const now = (): AttributeValue => ({ N: String(clock.now()) });

  return {
    parts: 'one',
    onInterruption() {},
    read: (key) => orUnavailable(() => find(key)),
    readMany: (keys) => orUnavailable(() => findMany(keys)),
    write: (key, value, { when, expiresAt }) =>
      orUnavailable(async () => {
        const revision = newRevision(random);
        const item = {
          value: { S: JSON.stringify(value) },
          revision: { N: String(revision) },
          ...(expiresAt === null ? {} : toExpiry(expiresAt)),
        };
        try {
          await client.send(
            new PutItemCommand({ TableName, Item: { ...toKey('r', key), ...item }, ...toCondition(when, now()) }),
          );
          return true;
        } catch (error) {
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
          // After a retry by the SDK, the first attempt may have succeeded.
          return (error.$metadata.attempts ?? 1) > 1 && (await find(key))?.revision === revision;
        }
      }),
    async add(key, amount, expiresAt) {
      const { expiresAt: end, ttl } = toExpiry(expiresAt);
      return orUnavailable(async () => {
        for (let contentions = 0; contentions < maxContentions; contentions += 1) {
          const values = { ':amount': { N: String(amount) }, ':now': now() };
          const sum =
            (await update({
              Key: toKey('c', key),
              UpdateExpression: 'ADD #sum :amount',
              ConditionExpression: 'expiresAt > :now',
              ExpressionAttributeNames: { '#sum': 'sum' },
              ExpressionAttributeValues: values,
            })) ??
            (await update({
              Key: toKey('c', key),
              UpdateExpression: 'SET #sum = :amount, expiresAt = :end, #ttl = :ttl',
              ConditionExpression: 'attribute_not_exists(expiresAt) OR expiresAt <= :now',
              ExpressionAttributeNames: { '#sum': 'sum', '#ttl': 'ttl' },
              ExpressionAttributeValues: { ...values, ':end': end, ':ttl': ttl },
            }));
          if (sum !== null) return sum;
        }
        throw new FaceError('state_unavailable', { reason: 'contended' });
      });
    },
    async delete(key) {
      await orUnavailable(() =>
        Promise.all(
          (['r', 'c'] as const).map((kind) => client.send(new DeleteItemCommand({ TableName, Key: toKey(kind, key) }))),
        ),
      );
    },
    async close() {
      client.destroy();
    },
  };
}

function pkOf(kind: 'r' | 'c', key: string): string {
  const isLong = Buffer.byteLength(key) > longestKeyBytes;
  return `${kind}:${isLong ? createHash('sha256').update(key).digest('base64url') : key}`;
}

const toKey = (kind: 'r' | 'c', key: string): { readonly pk: AttributeValue } => ({ pk: { S: pkOf(kind, key) } });

const toExpiry = (expiresAt: EpochMs) => ({
  expiresAt: { N: String(expiresAt) },
  ttl: { N: String(Math.ceil(expiresAt / 1000)) },
});

/** Returns the condition of a write. An expired item may still exist and counts as absent. */
function toCondition(
  when: WriteCondition,
  now: AttributeValue,
): Pick<PutItemCommandInput, 'ConditionExpression' | 'ExpressionAttributeValues'> {
  if (when === 'any') return {};
  if (when === 'absent') {
    return {
      ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
      ExpressionAttributeValues: { ':now': now },
    };
  }
  return {
    ConditionExpression: 'revision = :revision AND (attribute_not_exists(expiresAt) OR expiresAt > :now)',
    ExpressionAttributeValues: { ':now': now, ':revision': { N: String(when.revision) } },
  };
}
