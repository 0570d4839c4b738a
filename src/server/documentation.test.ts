import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ApiServer, startApiServer } from '../../test/api-server.js';
import { createTestVerifier } from '../../test/embedded.js';
import { docsFolder } from '../../test/paths.js';

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer({ verifier: createTestVerifier() });
});
afterAll(() => server.stop());

const get = (path: string, encoding = 'br', init: RequestInit = {}) =>
  fetch(server.origin + path, { ...init, headers: { 'accept-encoding': encoding }, redirect: 'manual' });

test.each(['/docs/', '/docs/index.html', '/docs/configuration.html', '/docs/adapters/okta/', '/docs/search.json'])(
  '%s comes under the strictest policy, and is kept for five minutes',
  async (path) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('public, max-age=300');
    const policy = (response.headers.get('content-security-policy') ?? '').split(';');
    for (const name of ['script-src', 'style-src', 'img-src', 'connect-src'])
      expect(policy).toContain(`${name} 'self'`);
    for (const name of ['default-src', 'frame-ancestors', 'base-uri', 'form-action'])
      expect(policy).toContain(`${name} 'none'`);
    expect(policy.join(';')).not.toMatch(/unsafe|https?:|\*/);
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('permissions-policy')).toContain('camera=()');
    await response.text();
  },
);

const types = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  svg: 'image/svg+xml',
  webp: 'image/webp',
} as const;

test.each(['br', 'identity'])(
  'every file has its type, and text is compressed for who takes that: %s',
  async (encoding) => {
    const files = readdirSync(docsFolder, { recursive: true, encoding: 'utf8' })
      .map((name) => name.replaceAll('\\', '/'))
      .filter((name) => /\.\w+$/.test(name) && !name.endsWith('.br'));
    expect(files.length).toBeGreaterThan(90);
    for (const name of files) {
      const response = await get(`/docs/${name}`, encoding);
      const ending = name.split('.').at(-1) as keyof typeof types;
      const isText = !name.startsWith('pictures/');
      expect([name, response.status, response.headers.get('content-type')]).toEqual([name, 200, types[ending]]);
      expect([name, response.headers.get('content-encoding')]).toEqual([
        name,
        isText && encoding === 'br' ? 'br' : null,
      ]);
      if (isText) expect(response.headers.get('vary')).toContain('Accept-Encoding');
      expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(100);
    }
  },
);

test.each(['/docs/../package.json', '/docs/../docs-web/../.built', '/docs//../../package.json'])(
  'a path that climbs, as no browser sends it, gets nothing: %s',
  async (path) => {
    const { hostname, port } = new URL(server.origin);
    const socket = connect(Number(port), hostname);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`);
    const answer: Buffer[] = [];
    for await (const chunk of socket) answer.push(chunk);
    expect(Buffer.concat(answer).toString().split('\r\n')[0]).toBe('HTTP/1.1 404 Not Found');
  },
);
