import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/run/eventually.js';
import { type ListeningServer, listen } from './listen.js';
import { replyLimits } from './unread-replies.js';

const host = '127.0.0.1';
const mebibyte = 1024 * 1024;
/** More than a connection on this machine takes without being read. */
const body = Buffer.alloc(16 * mebibyte, 'x');

let server: ListeningServer;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.stop();
});

/** Names of the requests, in their order, whose replies are still being sent. */
const open = new Set<string>();

const start = async (limits: Partial<typeof replyLimits>, content: Buffer | string = body): Promise<void> => {
  open.clear();
  server = await listen(
    (request, response) => {
      const name = request.url ?? '';
      open.add(name);
      response.once('close', () => open.delete(name));
      response.end(content);
    },
    { host, port: 0, replies: { ...replyLimits, ...limits } },
  );
};

/** Asks for the large reply and reads nothing of it. */
async function askUnread(name: string, localAddress = host): Promise<void> {
  const socket = connect({ port: server.port, host, localAddress });
  sockets.push(socket);
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.pause();
  socket.write(`GET /${name} HTTP/1.1\r\nHost: a\r\n\r\n`);
  await eventually(async () => expect(open.has(`/${name}`)).toBe(true));
}

test('a large response of bytes or text arrives completely, with its length', async () => {
  await start({});
  const answered = await fetch(`http://${host}:${server.port}/`);
  expect(answered.headers.get('content-length')).toBe(String(body.length));
  expect(Buffer.from(await answered.arrayBuffer()).equals(body)).toBe(true);
  await server.stop();
  await start({}, `ä${'x'.repeat(200_000)}`);
  expect(await (await fetch(`http://${host}:${server.port}/`)).text()).toBe(`ä${'x'.repeat(200_000)}`);
  const head = await fetch(`http://${host}:${server.port}/`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
});

describe('unread responses', () => {
  test.each([
    ['of one source use at most its share', { shareBytes: 40 * mebibyte }],
    ['of all sources use at most the capacity', { shareBytes: 1000 * mebibyte, capacityBytes: 40 * mebibyte }],
  ])('%s: the oldest responses are closed', async (_title, limits) => {
    await start(limits);
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await askUnread(name);
    await eventually(async () => expect([...open]).toEqual(['/e', '/f']));
  });

  test('of the source with the most unread bytes are closed first, even if a response of another source is older', async () => {
    await start({ shareBytes: 1000 * mebibyte, capacityBytes: 40 * mebibyte });
    await askUnread('slow', '127.0.0.9');
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await askUnread(name);
    await eventually(async () => expect([...open]).toEqual(['/slow', '/f']));
  });

  test('are closed after a timeout if the client does not read; responses of a reading client are not', async () => {
    await start({ patienceSteps: 20, stepMs: 20, shareBytes: 1000 * mebibyte });
    await askUnread('silent');
    const reader = connect(server.port, host);
    sockets.push(reader);
    let received = 0;
    reader.write('GET /reader HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    reader.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    await once(reader, 'end');
    expect(received).toBeGreaterThan(body.length);
    await eventually(async () => expect([...open]).toEqual([]));
  });

  test('stop counting when they have been read', async () => {
    await start({ shareBytes: 20 * mebibyte, capacityBytes: 20 * mebibyte });
    for (let at = 0; at < 5; at += 1) {
      const answered = await fetch(`http://${host}:${server.port}/`);
      expect((await answered.arrayBuffer()).byteLength).toBe(body.length);
    }
    await askUnread('unread');
    expect((await fetch(`http://${host}:${server.port}/`, { method: 'HEAD' })).status).toBe(200);
    expect([...open]).toEqual(['/unread']);
  });
});
