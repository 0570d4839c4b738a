import { createServer } from 'node:http';
import { connect } from 'node:net';
import { expect, test } from '@jest/globals';
import { listen } from './listen.js';

const host = '127.0.0.1';

test('stop lets a request under way finish, takes no new one, and closes idle connections', async () => {
  let finish: () => void = () => {};
  const arrived = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let answer: () => void = () => {};
  const { port, stop } = await listen(
    (_request, response) => {
      answer = () => response.end('done');
      finish();
    },
    { host, port: 0 },
  );
  const idle = connect(port, host);
  const idleClosed = new Promise((resolve) => idle.on('close', resolve));
  await new Promise((resolve) => idle.on('connect', resolve));
  const pending = fetch(`http://${host}:${port}/`);
  await arrived;
  const stopped = stop();
  await expect(fetch(`http://${host}:${port}/`)).rejects.toThrow();
  await idleClosed;
  answer();
  expect(await (await pending).text()).toBe('done');
  await stopped;
});

test('an address that is taken is an error, not a crash', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, host, resolve));
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(listen(() => {}, { host, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await new Promise((resolve) => other.close(resolve));
});
