import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from '@jest/globals';
import { runLedgerContract } from '../../test/contract/ledger.js';
import { createTable, type DynamoDbServer, startDynamoDb } from '../../test/dynamodb.js';
import { createDynamoDbClient } from './dynamodb.js';
import { createDynamoDbLedger } from './ledger-dynamodb.js';

let server: DynamoDbServer;
let client: DynamoDBClient;
let tables = 0;

const settingsOf = (table: string) => ({
  kind: 'dynamodb' as const,
  ...{ table, endpoint: server.endpoint, region: 'eu-central-1' },
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

runLedgerContract('dynamodb', async () => {
  tables += 1;
  const table = `ledger-${tables}`;
  await createTable(client, table);
  return {
    ledger: createDynamoDbLedger(settingsOf(table)),
    reopen: async () => createDynamoDbLedger(settingsOf(table)),
  };
});
