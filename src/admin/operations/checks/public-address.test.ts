import { createServer } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import { epochMs } from '../../../core/units.js';
import { ask } from './public-address.js';

let close = async (): Promise<void> => undefined;
afterEach(() => close());

test('the check calls the public address on a new connection each time', async () => {
  const server = createServer((_, response) => void response.end('here'));
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => new Promise((resolve) => server.close(() => resolve()));
  const address = server.address();
  const url = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
  const deps = { fetch: globalThis.fetch, clock: { now: () => epochMs(Date.now()) } };
  for (const method of ['GET', 'POST'])
    expect(await ask(url, { method, headers: { accept: 'text/plain' } }, deps)).toMatchObject({ text: 'here' });
  expect(connections).toBe(2);
});
