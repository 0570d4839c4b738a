import { DescribeTableCommand, DescribeTimeToLiveCommand, type KeySchemaElement } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import type { DynamoDbConfig } from '../../config/state.js';
import { createDynamoDbClient } from './dynamodb.js';
import { ledgerIndex } from './ledger-dynamodb.js';
import { toStateUnavailable } from './unavailable.js';

const datedGuard = z.object({ headers: z.object({ date: z.string() }) });

/**
 * Reads the settings of the table: its key attributes and those of the ledger's index as name:role:type, such as
 * `pk:HASH:S` (`null` if the table has no such index), and the clock of DynamoDB as an HTTP date (`null` if unknown).
 * @throws `state_unavailable` if the table does not exist or is inaccessible
 */
export async function readTableSettings(config: DynamoDbConfig) {
  const client = createDynamoDbClient(config);
  const TableName = config.table;
  const seen: { date: string | null } = { date: null };
  client.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      seen.date = datedGuard.safeParse(answer.response).data?.headers.date ?? null;
      return answer;
    },
    { step: 'deserialize' },
  );
  try {
    const [{ Table }, { TimeToLiveDescription }] = await Promise.all([
      client.send(new DescribeTableCommand({ TableName })),
      client.send(new DescribeTimeToLiveCommand({ TableName })),
    ]);
    const typeOf = (name: string | undefined): string =>
      Table?.AttributeDefinitions?.find(({ AttributeName }) => AttributeName === name)?.AttributeType ?? '';
    const toText = (schema: readonly KeySchemaElement[]): string =>
      schema.map(({ AttributeName, KeyType }) => `${AttributeName}:${KeyType}:${typeOf(AttributeName)}`).join(', ');
    const index = Table?.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === ledgerIndex);
    const keys = toText(Table?.KeySchema ?? []);
    const ofIndex = index === undefined ? null : toText(index.KeySchema ?? []);
    const removesExpired = TimeToLiveDescription?.TimeToLiveStatus === 'ENABLED';
    return { keys, ledgerIndex: ofIndex, removesExpired, date: seen.date };
  } catch (error) {
    throw toStateUnavailable(error);
  } finally {
    client.destroy();
  }
}
