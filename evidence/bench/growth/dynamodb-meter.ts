import { once } from 'node:events';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Pool } from 'undici';
import { z } from 'zod';
import { startDynamoDb } from '../../../test/dynamodb.js';

/** Requests and capacity units so far. */
export interface DynamoDbUsage {
  requests: number;
  readUnits: number;
  writeUnits: number;
}

const capacityGuard = z.object({ CapacityUnits: z.number() });
const replyGuard = z.object({ ConsumedCapacity: z.union([capacityGuard, z.array(capacityGuard)]).optional() });

const reads = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan']);

/** Rows of the ledger; they are in its index too. */
const ledgerKey = '"pk":{"S":"l:';

/**
 * The simulator, behind a counter that asks it what each request takes. Its sizes and units are DynamoDB's rules, but for the
 * index, which it leaves out: what is written to the ledger counts twice, as each row is projected whole. A write whose
 * condition fails takes a unit.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export async function startMeteredDynamoDb() {
  const simulator = await startDynamoDb();
  const pool = new Pool(simulator.endpoint, { connections: 16 });
  const usage: DynamoDbUsage = { requests: 0, readUnits: 0, writeUnits: 0 };
  const server = createServer((request, response) => {
    void (async () => {
      const asked = (await buffer(request)).toString();
      const target = String(request.headers['x-amz-target']);
      const operation = target.split('.').at(-1) ?? '';
      const isItems = /Item|Query|Scan/.test(operation);
      const body = isItems ? asked.replace(/\}$/, ',"ReturnConsumedCapacity":"TOTAL"}') : asked;
      const { authorization = '', 'x-amz-date': date = '' } = request.headers;
      const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target, authorization };
      const answer = await pool.request({
        path: '/',
        method: 'POST',
        headers: { ...headers, 'x-amz-date': String(date) },
        body,
      });
      const text = await answer.body.text();
      if (isItems) {
        usage.requests += 1;
        const { ConsumedCapacity = [] } = replyGuard.parse(JSON.parse(text));
        const units = [ConsumedCapacity].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
        if (reads.has(operation)) usage.readUnits += units;
        else if (answer.statusCode !== 200) usage.writeUnits += 1;
        else usage.writeUnits += asked.includes(ledgerKey) ? 2 * units : units;
      }
      response.writeHead(answer.statusCode, { 'content-type': 'application/x-amz-json-1.0' }).end(text);
    })().catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    credentials: simulator.credentials,
    usage,
    async stop() {
      server.closeAllConnections();
      server.close();
      await pool.destroy();
      await simulator.stop();
    },
  };
}
