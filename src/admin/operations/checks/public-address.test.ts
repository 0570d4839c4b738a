import { createServer } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import { epochMs } from '../../../core/units.js';
import { ask, createPublicAddressChecks } from './public-address.js';

let close = async (): Promise<void> => undefined;
afterEach(() => close());

/** Starts a server whose pages have a header `Permissions-Policy`. */
async function listen(policy: string) {
  const server = createServer((_, response) => void response.setHeader('Permissions-Policy', policy).end('here'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => new Promise((resolve) => server.close(() => resolve()));
  const address = server.address();
  const url = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
  return { server, url };
}
const deps = { fetch: globalThis.fetch, clock: { now: () => epochMs(Date.now()) } };

test('the check calls the public address on a new connection each time', async () => {
  const { server, url } = await listen('');
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  for (const method of ['GET', 'POST'])
    expect(await ask(url, { method, headers: { accept: 'text/plain' } }, deps)).toMatchObject({ text: 'here' });
  expect(connections).toBe(2);
});

test.each([
  ['', 'pass'],
  ['camera=(self), microphone=()', 'pass'],
  ['camera=*', 'pass'],
  ['camera=()', 'fail'],
  ['camera=(self), camera=()', 'fail'],
])('a proxy whose header is "%s": %s', async (policy, verdict) => {
  const { url } = await listen(policy);
  const check = createPublicAddressChecks(url, deps).find(({ title }) => title === 'Camera');
  expect(await check?.run()).toMatchObject({ verdict });
});
