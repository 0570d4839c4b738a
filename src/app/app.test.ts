import { connect } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { systemRandom } from '../../support/fakes/sinks.js';
import { forFile } from '../../support/run/for-file.js';
import { startApiServer, toForm } from '../../support/servers/api-server.js';
import type { RequestHead, ServedHook } from '../connections/hook.js';
import { FaceError } from '../errors.js';

let unready: string[] = [];
let hookCalls: (RequestHead & { readonly body: Uint8Array })[] = [];

const echo: ServedHook = {
  budgetMs: 1_500,
  proof: 'headers',
  admit: async (head) => async (body) => {
    hookCalls.push({ ...head, body });
    if (body.length === 3) throw new FaceError('caller_untrusted', { bearer: 'expired' });
    if (body.length === 4) throw new TypeError('private');
    if (body.length === 5) return { status: 200, body: null };
    return body.length === 0 ? { status: 204, body: null } : { status: 202, body: { took: body.length } };
  },
  refuse: (code: string) => ({ status: 200, body: { refusal: code } }),
  pass: { status: 200, body: null },
};
const server = await forFile(
  startApiServer({
    findUnready: async () => unready,
    hooks: new Map([['acme', { token: echo }]]),
  }),
);

describe('the endpoints', () => {
  test.each(['/nothing', '/v1/nothing', '/Generate', '/%E0%A4%A', '/step-ups/%ff', '/hooks/acme'])(
    'the path %s is not found',
    async (path) => {
      expect(await server.send('POST', path)).toMatchObject({ status: 404, body: { ok: false, code: 'not_found' } });
    },
  );

  test.each([
    ['GET', '/generate', 'POST'],
    ['DELETE', '/step-ups/x', 'GET'],
    ['POST', '/', 'GET, HEAD'],
    ['PUT', '/hooks/acme/token', 'POST'],
  ])('%s %s is refused with the allowed method', async (method, path, allow) => {
    const answer = await server.send(method, path);
    expect(answer).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
    expect(answer.headers.get('allow')).toBe(allow);
  });

  test('/ serves a page to a browser and JSON to a program, without details of the installation', async () => {
    const browser = await fetch(`${server.origin}/`, { headers: { accept: 'text/html,*/*;q=0.8' } });
    const page = await browser.text();
    expect(browser.headers.get('content-security-policy')).toContain("default-src 'none';style-src 'sha256-");
    expect(browser.headers.get('vary')).toContain('Accept');
    const { body } = await server.send('GET', '/');
    expect(body).toMatchObject({ name: 'facestep', reference: '/docs/reference/api.html', console: '/console/' });
    expect(page + JSON.stringify(body)).not.toMatch(/acme|\d+\.\d+\.\d+/);
  });

  test('take the API version from the path prefix; the header x-api-version overrides the prefix', async () => {
    const statusOf = async (path: string, header?: string) =>
      (await server.postJson(path, {}, header === undefined ? {} : { 'x-api-version': header })).status;
    for (const path of ['/generate', '/v1/generate', '/v2/generate']) expect(await statusOf(path)).toBe(401);
    expect(await statusOf('/v1/new-credentials')).toBe(404);
    expect(await statusOf('/new-credentials', '2')).toBe(401);
    expect(await statusOf('/v2/new-credentials', '1')).toBe(404);
    expect(await statusOf('/generate', '3')).toBe(400);
  });
});

test('/healthz and /readyz report the state; /readyz names unready dependencies, /readyz/replica ignores shared ones', async () => {
  expect((await server.send('GET', '/healthz')).status).toBe(200);
  expect((await server.send('GET', '/readyz')).body).toEqual({ ok: true });
  unready = ['state'];
  const response = await fetch(`${server.origin}/readyz`);
  unready = [];
  expect([response.status, await response.json()]).toEqual([503, { ok: false, unready: ['state'] }]);
  // What load balancers ask: not after what all replicas share.
  expect((await server.send('GET', '/readyz/replica')).body).toEqual({ ok: true });
});

test('every reply has a unique request id and no-store, and does not name the server software', async () => {
  const one = await server.send('GET', '/healthz', { headers: { 'x-request-id': 'chosen' } });
  const two = await server.send('POST', '/nothing');
  for (const { headers } of [one, two]) {
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{24}$/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).not.toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
  }
  const ids = [one, two].map(({ headers }) => headers.get('x-request-id'));
  expect(ids[0]).not.toBe(ids[1]);
  // Equal or later times, so that an index of ids is appended to.
  const times = ids.map((id) => id!.slice(0, 12));
  expect(times).toEqual(times.toSorted());
  expect(Math.abs(Number.parseInt(times[0]!, 16) - Date.now())).toBeLessThan(3_600_000);
});

test('the log contains route and outcome, and no text from the request', async () => {
  const canary = 'canary-5c1d';
  await server.postJson(`/step-ups/${canary}/photos?${canary}=1`, { challenge: canary }, { 'x-auth-token': canary });
  await server.postForm('/generate', toForm({ photo: Buffer.from(canary), password: canary, [canary]: canary }), {
    'x-auth-token': (await server.issue()).token,
    'x-api-version': '1',
  });
  await server.send('POST', `/${canary}`);
  await server.postJson('/generateToken', `{"${canary}":"${canary}"`, { 'x-admin-key': canary });
  expect(server.log.text()).not.toContain(canary);
  expect(server.log.text()).toContain('"route":"/step-ups/:id/photos"');
  expect(server.log.text()).toContain('"code":"step_up_unknown"');
});

describe('hook endpoints', () => {
  const call = (body: string | Uint8Array, headers: Record<string, string> = {}, path = '/hooks/acme/token') =>
    fetch(`${server.origin}${path}`, { method: 'POST', body: Buffer.from(body), headers });

  test('pass the unchanged call to the adapter and send its reply', async () => {
    hookCalls = [];
    const response = await call('{"a": 1}', { Authorization: 'secret', 'Content-Encoding': 'x' });
    expect([response.status, await response.json()]).toEqual([202, { took: 8 }]);
    expect(hookCalls).toHaveLength(1);
    expect(hookCalls[0]).toMatchObject({ method: 'POST', headers: { authorization: 'secret' } });
    expect(Buffer.from(hookCalls[0]!.body).toString()).toBe('{"a": 1}');
    const empty = await call('');
    expect([empty.status, await empty.text()]).toEqual([204, '']);
    const bodiless = await call('xxxxx');
    expect([bodiless.status, bodiless.headers.get('content-length'), await bodiless.text()]).toEqual([200, '0', '']);
  });

  test('send a refusal, a failure and an oversized body in the format of the provider', async () => {
    const refusals = [await call('abc'), await call('abcd'), await call(Buffer.alloc(1024 * 1024 + 1))];
    expect(await Promise.all(refusals.map((response) => response.json()))).toEqual([
      { refusal: 'caller_untrusted' },
      { refusal: 'internal' },
      { refusal: 'body_too_large' },
    ]);
    // Why we refuse is ours to tell; what a library says may quote what it read.
    expect(server.log.text()).toMatch(/"code":"caller_untrusted","reason":\{"bearer":"expired"\}/);
    expect(server.log.text()).not.toContain('private');
  });

  test.each(['/hooks/other/token', '/hooks/acme/constructor', '/hooks/acme/__proto__'])(
    'the path %s is not found',
    async (path) => {
      expect((await call('x', {}, path)).status).toBe(404);
    },
  );
});

test('an invalid chunked body closes the connection and is not logged as a failure of the server', async () => {
  const before = server.log.text().length;
  const address = { port: server.port, host: '127.0.0.1' };
  for (const path of ['/face', '/face/kiosk', '/face', '/face/kiosk']) {
    const socket = connect(address);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nno size\r\n`);
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
  }
  const told = server.log.text().slice(before);
  expect(told.match(/"message":"request"/g)).toHaveLength(4);
  expect(told).not.toContain('request failed');
});

test('a failure before the reply is sent returns an error, and the server continues to serve', async () => {
  let isBroken = true;
  const broken = await startApiServer({
    random: (bytes) => {
      if (isBroken) throw new TypeError('no entropy');
      return systemRandom(bytes);
    },
  });
  expect(await broken.send('GET', '/healthz')).toMatchObject({ status: 500, body: { code: 'internal' } });
  isBroken = false;
  expect(await broken.send('GET', '/healthz')).toMatchObject({ status: 200, body: { ok: true } });
});
