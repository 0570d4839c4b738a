import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { countAnswers, parseAnswer } from './answer.js';
import { toBytes } from './request.js';
import { atOnce, exchange } from './socket.js';

/* What the judge of hostile calls goes by: bytes as they come. */

const running: Server[] = [];
afterEach(() => {
  for (const server of running.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(answer: Parameters<typeof createServer>[1]): Promise<number> {
  const server = createServer(answer);
  running.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const get = toBytes({ method: 'GET', path: '/', headers: [], body: null });

test('an answer is told with its status, headers, cookies and text, whole or in chunks', async () => {
  const port = await listen((_request, response) => {
    response.setHeader('Set-Cookie', ['a=1', 'b=2']);
    response.statusCode = 201;
    response.write('one');
    response.end('two');
  });
  const { answer, end } = await exchange(atOnce(get), { port, from: '127.9.1.1', patienceMs: 2_000 });
  expect(end).toBe('answered');
  expect(answer).toMatchObject({ status: 201, cookies: ['a=1', 'b=2'], text: 'onetwo' });
});

test('half an answer is none, and two are two', () => {
  const whole = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  expect(parseAnswer(whole.subarray(0, -1))).toBeNull();
  expect(countAnswers(Buffer.concat([whole, whole]))).toBe(2);
});

test('who is not answered hangs, who is cut off does not', async () => {
  const silent = await listen(() => {});
  const hung = await exchange(atOnce(get), { port: silent, from: '127.9.1.1', patienceMs: 50 });
  expect(hung).toMatchObject({ answer: null, end: 'hung' });
  const rude = await listen((request) => request.socket.destroy());
  const cut = await exchange(atOnce(get), { port: rude, from: '127.9.1.1', patienceMs: 2_000 });
  expect(cut).toMatchObject({ answer: null, end: 'cut' });
});
