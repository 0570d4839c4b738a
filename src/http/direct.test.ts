import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import express from 'express';
import { createTextLog } from '../../support/fakes/sinks.js';
import { forFile } from '../../support/run/for-file.js';
import { FaceError } from '../errors.js';
import { listen } from './listen.js';
import { answerDirectly, createErrorHandler, createRefuse, sendJson } from './reply.js';

const router = express();
router.enable('case sensitive routing');
const answer = (request: { params: object }, response: { json(body: object): unknown }) =>
  void response.json({ by: 'the router', parameters: Object.values(request.params) });
// The same addresses, after the direct ones: what these do not take is told of.
router.all('/calls/:connection/:hook', answer);
router.use(() => {
  throw new FaceError('not_found');
});
const log = createTextLog();
router.use(createErrorHandler(log));
const direct = {
  path: '/calls/:connection/:hook',
  async answer(_request: unknown, response: Parameters<typeof sendJson>[0], parameters: readonly string[]) {
    if (parameters[1] === 'late') throw new FaceError('overloaded', { retryAfterSec: 3 });
    sendJson(response, 200, { by: 'itself', parameters: [...parameters] });
  },
};
const listener = answerDirectly([direct], { headers: [], refuse: createRefuse(log), otherwise: router });
const server = await forFile(listen(listener, { host: '127.0.0.1', port: 0 }));

/** Asks for an address just as it is written. */
async function ask(target: string): Promise<{ status: number; head: string; body: unknown }> {
  const socket = connect(server.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.end(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head, body: JSON.parse(body.replace(/^\w+\r\n|\r\n0$/g, '')) };
}

test.each([
  ['/calls/work/token', ['work', 'token']],
  ['/calls/work/token?a=/b', ['work', 'token']],
  ['/calls/w%6Frk/a%2Fb', ['work', 'a/b']],
  ['http://example.com/calls/work/token?x', ['work', 'token']],
])('the address %s is routed directly', async (target, parameters) => {
  expect(await ask(target)).toMatchObject({ status: 200, body: { by: 'itself', parameters } });
});

test.each(['/', '/calls', '/calls/work', '/calls/work/', '/calls//token', '/calls/a/b/c', '/Calls/work/token'])(
  'the address %s is not routed directly',
  async (target) => {
    expect(await ask(target)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  },
);
