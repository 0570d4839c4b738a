import { DescribeTableCommand, DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDbConfig } from '../config/state.js';
import { createDynamoDbClient } from './dynamodb.js';

/** How a table is made. */
export interface TableSettings {
  /** Each key as name:role:type, as `pk:HASH:S`. */
  readonly keys: string;
  readonly removesExpired: boolean;
}

/** @returns `null` where there is no such table, or it cannot be looked at */
export async function readTableSettings(config: DynamoDbConfig): Promise<TableSettings | null> {
  const client = createDynamoDbClient(config);
  const TableName = config.table;
  try {
    const [{ Table }, { TimeToLiveDescription }] = await Promise.all([
      client.send(new DescribeTableCommand({ TableName })),
      client.send(new DescribeTimeToLiveCommand({ TableName })),
    ]);
    const typeOf = (name: string | undefined): string =>
      Table?.AttributeDefinitions?.find(({ AttributeName }) => AttributeName === name)?.AttributeType ?? '';
    const keys = (Table?.KeySchema ?? []).map(
      ({ AttributeName, KeyType }) => `${AttributeName}:${KeyType}:${typeOf(AttributeName)}`,
    );
    return { keys: keys.join(', '), removesExpired: TimeToLiveDescription?.TimeToLiveStatus === 'ENABLED' };
  } catch {
    return null;
  } finally {
    client.destroy();
  }
}
