import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, test } from '@jest/globals';
import { until } from '../../support/run/eventually.js';
import { sendLines } from './reply.js';

test('a client that leaves before the first line ends the work for its reply', async () => {
  let isEnded = false;
  async function* work() {
    try {
      for (let line = 0; ; line += 1) yield { line, text: 'x'.repeat(10_000) };
    } finally {
      isEnded = true;
    }
  }
  const server = createServer(async (request, response) => {
    await once(request.socket, 'close');
    await sendLines(response, { lines: work() }, async () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(server, 'request');
  socket.destroy();
  await until(async () => isEnded);
  expect(isEnded).toBe(true);
  await new Promise((resolve) => server.close(resolve));
});
