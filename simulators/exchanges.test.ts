import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, expect, test } from '@jest/globals';
import express from 'express';
import { type Exchange, observeExchanges } from './exchanges.js';

const seen: Exchange[] = [];
const app = express();
app.use((_request, _response, next) => setTimeout(next, 20));
app.use(express.json());
app.post('/echo', (request, response) => {
  response.status(201).json(request.body);
});
app.use('/under', (_request, response) => {
  response.json({});
});
const server = createServer(app).listen(0, '127.0.0.1');
observeExchanges(server, (exchange) => seen.push(exchange));
await once(server, 'listening');
const address = server.address();
const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

test('a call is told of with both bodies, also where its body is read late', async () => {
  const body = JSON.stringify({ long: 'x'.repeat(80_000) });
  const answer = await fetch(`${url}/echo?a=1`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  expect(await answer.text()).toBe(body);
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({ method: 'POST', path: '/echo', request: { body }, response: { status: 201, body } });
  expect(seen[0]?.query.get('a')).toBe('1');
});

test('a call is told of by the address it was sent to, also where a router answers it', async () => {
  await fetch(`${url}/under/there?b=2`);
  expect(seen.at(-1)).toMatchObject({ method: 'GET', path: '/under/there' });
});
