import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import express from 'express';
import { eventually } from '../../../support/run/eventually.js';
import { createFolder } from '../../../support/run/folder.js';
import { consoleFolder } from '../../../support/run/paths.js';
import { startApiServer } from '../../../support/servers/api-server.js';
import { listen } from '../../http/listen.js';
import { createPageRouter } from './page.js';

const server = await startApiServer();

const get = (path: string, encoding = 'br') =>
  fetch(server.origin + path, { headers: { 'accept-encoding': encoding } });

test.each(['/console', '/console/', '/console/sign-in', '/console/person/ada%40example.com', '/console/x/../y'])(
  '%s serves the console page with the strictest content security policy',
  async (path) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const policy = response.headers.get('content-security-policy') ?? '';
    for (const line of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"])
      expect(policy.split(';')).toContain(line);
    for (const line of ["frame-ancestors 'none'", "frame-src 'self'", "base-uri 'none'", "form-action 'self'"])
      expect(policy.split(';')).toContain(line);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    const html = await response.text();
    expect(html).not.toMatch(/<script(?![^>]*src=)|<style|style=|https?:\/\//);
    for (const [, asset] of html.matchAll(/(?:src|href)="([^"]+)"/g)) expect((await get(asset!)).status).toBe(200);
  },
);

const types = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };

const encodingOf = (accepted: string) => ['br', 'gzip'].find((each) => accepted.split(', ').includes(each)) ?? null;

test.each(['br', 'gzip', 'gzip, deflate, br', 'identity'])(
  'every asset has its content type and is cached as immutable, with the encoding %s',
  async (encoding) => {
    const assets = readdirSync(`${consoleFolder}/assets`);
    expect(assets.length).toBeGreaterThan(20);
    for (const asset of assets) {
      const response = await get(`/console/assets/${asset}`, encoding);
      const type = types[asset.split('.').at(-1) as keyof typeof types];
      expect([asset, response.headers.get('content-type')?.split(';')[0]]).toEqual([asset, type]);
      expect(response.headers.get('content-encoding')).toBe(encodingOf(encoding));
      expect(response.headers.get('vary')).toMatch(/accept-encoding/i);
      expect(response.headers.get('cache-control')).toContain('immutable');
      expect((await response.text()).length).toBeGreaterThan(50);
    }
  },
);

test.each(['/console/assets/none.js', '/console/assets/..%2Findex.html', '/console/assets/', '/console/assets/x.html'])(
  'the path %s is not found',
  async (path) => {
    const response = await get(path);
    expect([response.status, response.headers.get('content-encoding')]).toEqual([404, null]);
    // Another server, of the release that has it, may be asked next.
    expect(response.headers.get('cache-control')).toBe('no-store');
    await response.text();
  },
);

/** A caller that has asked for an asset, of more than the system holds for anyone who does not read. */
async function askForLarge(header = '') {
  const folder = createFolder('console');
  mkdirSync(join(folder, 'compressed'));
  writeFileSync(join(folder, 'compressed/large-1.js.br'), Buffer.alloc(64 * 1024 * 1024));
  let end: () => void = () => {};
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  const app = express()
    .use((_request, response, next) => {
      response.once('close', () => setImmediate(end));
      next();
    })
    .use('/console', createPageRouter(folder));
  const { port, stop } = await listen(app, { host: '127.0.0.1', port: 0 });
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET /console/assets/large-1.js HTTP/1.1\r\nHost: a\r\nAccept-Encoding: br\r\n${header}\r\n`);
  return { socket, stop, over };
}

test('a client that sends a body without reading the asset does not fill the memory of the server', async () => {
  const { socket, stop } = await askForLarge('Transfer-Encoding: chunked\r\n');
  await once(socket, 'readable');
  // More than the system holds for a server that does not read.
  const bytes = 12 * 1024 * 1024;
  socket.write(`${bytes.toString(16)}\r\n`);
  socket.write(Buffer.alloc(bytes));
  await eventually(async () => expect(socket.writableLength).toBe(0));
  socket.resetAndDestroy();
  await stop();
});

test('a client that disconnects during the download of an asset does not crash the server', async () => {
  const thrown: unknown[] = [];
  const note = (error: unknown) => void thrown.push(error);
  process.on('uncaughtException', note);
  const { socket, stop, over } = await askForLarge();
  await once(socket, 'data');
  socket.resetAndDestroy();
  await over;
  await stop();
  process.off('uncaughtException', note);
  expect(thrown).toEqual([]);
});
