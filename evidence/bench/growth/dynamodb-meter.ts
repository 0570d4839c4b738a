import { buffer } from 'node:stream/consumers';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { request } from 'undici';
import { z } from 'zod';
import { listen } from '../../../src/http/listen.js';
import { startDynamoDb } from '../../../test/dynamodb.js';

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
export function itemBytes(item: Readonly<Record<string, AttributeValue>>): number {
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
export async function startMeteredDynamoDb() {
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
      const isOfItems = /Item|Query|Scan/.test(operation);
      const answer = await request(simulator.endpoint, {
        method: 'POST',
        headers: {
          ...{ 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target },
          authorization: incoming.headers.authorization ?? '',
          'x-amz-date': String(incoming.headers['x-amz-date']),
        },
        body: isOfItems ? asked.replace(/\}$/, ',"ReturnConsumedCapacity":"TOTAL"}') : asked,
      });
      const text = await answer.body.text();
      if (isOfItems) count(operation, asked, answer.statusCode, text);
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
