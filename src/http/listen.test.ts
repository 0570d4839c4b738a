import { connect, type Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/run/eventually.js';
import { listen } from './listen.js';

const host = '127.0.0.1';

/** A server that answers when told to. */
async function listenAndHold(more: object = {}) {
  const held: (() => void)[] = [];
  const { port, stop } = await listen((_request, response) => void held.push(() => response.end('done')), {
    host,
    port: 0,
    ...more,
  });
  return {
    port,
    stop,
    arrived: () => eventually(async () => expect(held).toHaveLength(1)),
    answer: () => held[0]?.(),
    ask: async () => (await fetch(`http://${host}:${port}/`)).text(),
  };
}

test('stop finishes the running request, accepts no new one, and closes idle connections', async () => {
  const { port, stop, ask, arrived, answer } = await listenAndHold();
  const idle = connect(port, host);
  const idleClosed = new Promise((resolve) => idle.on('close', resolve));
  await new Promise((resolve) => idle.on('connect', resolve));
  const pending = ask();
  await arrived();
  const stopped = stop();
  await expect(ask()).rejects.toThrow();
  await idleClosed;
  answer();
  expect(await pending).toBe('done');
  await stopped;
});

describe('a server at its connection limit', () => {
  const open = async (port: number): Promise<{ socket: Socket; closed: Promise<unknown> }> => {
    const socket = connect(port, host);
    // A connection that is cut is one that is closed.
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.on('close', resolve));
    await new Promise((resolve) => socket.once('connect', resolve));
    return { socket, closed };
  };

  test('closes the connections without a request for longest and answers new requests', async () => {
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

  test('keeps a connection with a running request', async () => {
    const { port, stop, ask, arrived, answer } = await listenAndHold({ maxConnections: 1 });
    const pending = ask();
    await arrived();
    await (await open(port)).closed;
    answer();
    expect(await pending).toBe('done');
    await stop();
  });
});

describe('pipelined requests', () => {
  const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
  const packet = (count: number) => Array.from({ length: count }, (_, at) => request.replace('/', `/${at}`)).join('');

  test('are started one after the other and answered in order', async () => {
    const waiting: { readonly url: string | undefined; answer(): void }[] = [];
    const { port, stop } = await listen(
      ({ url }, response) => void waiting.push({ url, answer: () => response.end(`<${url}>`) }),
      { host, port: 0 },
    );
    const socket = connect(port, host);
    let received = '';
    socket.on('data', (bytes) => {
      received += bytes;
    });
    socket.write(packet(3));
    for (const url of ['/0', '/1', '/2']) {
      await eventually(async () => expect(waiting.map((each) => each.url)).toEqual([url]));
      waiting.pop()?.answer();
    }
    await eventually(async () => expect(received.match(/<[^>]+>/g)).toEqual(['</0>', '</1>', '</2>']));
    socket.destroy();
    await stop();
  });

  test('end the connection if too many are sent at once', async () => {
    let begun = 0;
    const { port, stop } = await listen(
      (_request, response) => {
        begun += 1;
        response.end(Buffer.alloc(1024));
      },
      { host, port: 0 },
    );
    const socket = connect(port, host);
    socket.on('error', () => {});
    socket.pause();
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.write(packet(1000));
    socket.resume();
    await closed;
    expect(begun).toBeLessThan(20);
    await stop();
  });
});

test('at the limit of running requests, a client that does not read its response is disconnected', async () => {
  let arrived = 0;
  const { port, stop } = await listen(
    ({ url }, response) => {
      response.end(url === '/large' ? Buffer.alloc(64 * 1024 * 1024) : 'done');
      arrived += 1;
    },
    { host, port: 0, maxUnderWay: 1 },
  );
  const stalled = connect(port, host);
  stalled.on('error', () => {});
  const closed = new Promise((resolve) => stalled.on('close', resolve));
  stalled.pause();
  stalled.write('GET /large HTTP/1.1\r\nHost: a\r\n\r\n');
  await eventually(async () => expect(arrived).toBe(1));
  expect(await (await fetch(`http://${host}:${port}/`)).text()).toBe('done');
  let received = 0;
  stalled.on('data', (bytes) => {
    received += bytes.length;
  });
  stalled.resume();
  await closed;
  expect(received).toBeLessThan(64 * 1024 * 1024);
  await stop();
});
