import type { RequestListener } from 'node:http';
import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { patienceMs } from '../../support/run/patience.js';
import { openServer } from '../../test/contract/bench.js';
import { callRest, isTooLong, type RestCall } from './rest-call.js';

const unavailable = { code: 'profile_unavailable', detail: { reason: 'no answer' } };

const listen = async (answer: RequestListener): Promise<string> => `${(await openServer(answer)).url}/`;

const call = (url: string, changes: Partial<RestCall> = {}) =>
  callRest(
    url,
    { method: 'GET', headers: { authorization: 'Bearer x' }, body: null, timeoutMs: patienceMs, ...changes },
    fetch,
  );

test('a call returns status, headers and JSON at any status, and joins a character that is split between chunks', async () => {
  const text = Buffer.from('{"name":"Zoë"}');
  const url = await listen((_request, response) => {
    response.writeHead(418, { 'x-limit': '5' });
    response.write(text.subarray(0, 12));
    setTimeout(() => response.end(text.subarray(12)), 20);
  });
  const { status, headers, body } = await call(url);
  expect([status, headers.get('x-limit'), body]).toEqual([418, '5', { name: 'Zoë' }]);
});

test('a call says that the host does not exist', async () => {
  const cause = Object.assign(new Error('no host'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' });
  const failing = () => Promise.reject(new TypeError('fetch failed', { cause }));
  const sent = callRest('https://host.invalid/', { method: 'GET', headers: {}, body: null, timeoutMs: 1000 }, failing);
  await expect(sent).rejects.toMatchObject({ code: 'profile_unavailable', detail: { host: 'unknown' } });
});

test('a call follows no redirect', async () => {
  const seen: unknown[] = [];
  const elsewhere = await listen((request, response) => {
    seen.push(request.headers);
    response.end('{}');
  });
  const url = await listen((_request, response) => response.writeHead(307, { location: elsewhere }).end());
  await expect(call(url)).rejects.toMatchObject(unavailable);
  expect(seen).toEqual([]);
});

test('a call stops reading an endless reply and reports it as too long', async () => {
  let sent = 0;
  const endless = function* () {
    for (; sent < 200; sent += 1) yield Buffer.alloc(1024 * 1024, 'x');
  };
  const url = await listen((_request, response) => void Readable.from(endless()).pipe(response));
  const error = await call(url, { timeoutMs: 30_000 }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'profile_unavailable', detail: { reason: 'answer too long' } });
  expect(isTooLong(error)).toBe(true);
  expect(sent).toBeLessThan(100);
});

test.each<[string, RequestListener]>([
  ['begins', () => {}],
  ['ends', (_request, response) => void response.writeHead(200).write('{')],
])('a call whose reply never %s times out', async (_, answer) => {
  await expect(call(await listen(answer), { timeoutMs: 100 })).rejects.toMatchObject(unavailable);
});

test('an error about an invalid request does not repeat the message of fetch', async () => {
  const error = await call('http://127.0.0.1:1/secret-path', { headers: { authorization: 'Bearer canary\n' } }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject(unavailable);
  expect(error).not.toHaveProperty('cause');
  expect(JSON.stringify(error)).not.toMatch(/canary|secret-path/);
});
