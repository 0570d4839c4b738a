import { connect } from 'node:net';
import { expect, test } from '@jest/globals';
import { startApiServer } from '../../support/servers/api-server.js';

const server = await startApiServer();

const get = (path: string, encoding = 'br') =>
  fetch(server.origin + path, { headers: { 'accept-encoding': encoding } });

test('a page is sent compressed, with the strictest content security policy', async () => {
  const response = await get('/docs/adapters/okta/');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-encoding')).toBe('br');
  const policy = (response.headers.get('content-security-policy') ?? '').split(';');
  for (const name of ['script-src', 'style-src', 'img-src', 'connect-src']) expect(policy).toContain(`${name} 'self'`);
  for (const name of ['default-src', 'frame-ancestors', 'base-uri', 'form-action'])
    expect(policy).toContain(`${name} 'none'`);
  expect(policy.join(';')).not.toMatch(/unsafe|https?:|\*/);
  await response.text();
});

test('a page is identical with Brotli, gzip and no compression', async () => {
  const plain = await get('/docs/adapters/okta/', 'identity');
  const text = await plain.text();
  expect(text).toContain('</html>');
  expect(plain.headers.get('content-encoding')).toBeNull();
  for (const [accepted, encoding] of [
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['deflate, gzip;q=0.5', 'gzip'],
    ['gzip', 'gzip'],
  ] as const) {
    const response = await get('/docs/adapters/okta/', accepted);
    expect(response.headers.get('content-encoding')).toBe(encoding);
    expect(response.headers.get('vary')).toMatch(/accept-encoding/i);
    expect(await response.text()).toBe(text);
  }
});

test.each(['/docs/../package.json', '/docs/../docs-web/../.built'])(
  'a path with `..` is not found: %s',
  async (path) => {
    const { hostname, port } = new URL(server.origin);
    const socket = connect(Number(port), hostname);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`);
    const answer: Buffer[] = [];
    for await (const chunk of socket) answer.push(chunk);
    expect(Buffer.concat(answer).toString().split('\r\n')[0]).toBe('HTTP/1.1 404 Not Found');
  },
);
