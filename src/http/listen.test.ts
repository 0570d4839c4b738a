import { createServer, type RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
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

describe('more connections than are held', () => {
  const open = async (port: number): Promise<{ socket: Socket; closed: Promise<unknown> }> => {
    const socket = connect(port, host);
    // A connection that is cut is one that is closed.
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.on('close', resolve));
    await new Promise((resolve) => socket.once('connect', resolve));
    return { socket, closed };
  };

  test('the one is closed that has been without a request for longest, and who asks is answered', async () => {
    const { port, stop } = await listen((_request, response) => response.end('done'), {
      host,
      port: 0,
      maxConnections: 3,
    });
    const silent = await open(port);
    const slow = await open(port);
    slow.socket.write('GET / HTTP/1.1\r\nHost: slow\r\nX-');
    const others = await Promise.all([open(port), open(port), open(port)]);
    await Promise.all([silent.closed, slow.closed]);
    expect(await (await fetch(`http://${host}:${port}/`)).text()).toBe('done');
    for (const { socket } of others) socket.destroy();
    await stop();
  });

  test('a request under way keeps its connection', async () => {
    let answer: () => void = () => {};
    let arrive: () => void = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const handle: RequestListener = (_request, response) => {
      answer = () => response.end('done');
      arrive();
    };
    const { port, stop } = await listen(handle, { host, port: 0, maxConnections: 1 });
    const pending = fetch(`http://${host}:${port}/`);
    await arrived;
    await (await open(port)).closed;
    answer();
    expect(await (await pending).text()).toBe('done');
    await stop();
  });
});

test('an address that is taken is an error, not a crash', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, host, resolve));
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(listen(() => {}, { host, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await new Promise((resolve) => other.close(resolve));
});
