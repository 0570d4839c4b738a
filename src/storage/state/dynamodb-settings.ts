import { DescribeTableCommand, DescribeTimeToLiveCommand, type KeySchemaElement } from '@aws-sdk/client-dynamodb';
import type { DynamoDbConfig } from '../../config/state.js';
import { createDynamoDbClient } from './dynamodb.js';
import { ledgerIndex } from './ledger-dynamodb.js';
import { toStateUnavailable } from './unavailable.js';

export interface TableSettings {
  /** The table's key attributes as name:role:type, such as `pk:HASH:S`. */
  readonly keys: string;
  readonly removesExpired: boolean;
  /** Key attributes of the ledger's index as name:role:type; `null` if the table has no such index. */
  readonly ledgerIndex: string | null;
}

/** @throws `state_unavailable` if the table does not exist or is inaccessible */
export async function readTableSettings(config: DynamoDbConfig): Promise<TableSettings> {
  const client = createDynamoDbClient(config);
  const TableName = config.table;
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
    return { keys, ledgerIndex: ofIndex, removesExpired: TimeToLiveDescription?.TimeToLiveStatus === 'ENABLED' };
  } catch (error) {
    throw toStateUnavailable(error);
  } finally {
    client.destroy();
  }
}
