import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer, request } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createProxyChecks } from '../admin/operations/checks/public-address.js';
import { epochMs } from '../core/units.js';
import { createCertificate } from '../storage/keys/oidc-certificate.js';
import { createProxiedFetch, createPublicFetch } from './fetch.js';
import { findProxy, TunnelAgent } from './forward-proxy.js';

/* A proxy on this machine, and behind it a server that only the proxy finds: by any name, and by the public address. */

const portOf = (server: Server) => (server.address() as AddressInfo).port;
const publicAddress = '93.184.216.34';

let origin: Server;
let secure: Server;
let proxy: Server;
let certificate: string;
let connects: { to: string; headers: IncomingHttpHeaders }[];
let refusal: number | null;

beforeAll(async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const serialNumber = createHash('sha256').update('proxy').digest('hex').slice(0, 16);
  const dates = { notBefore: epochMs(Date.now() - 1e6), notAfter: epochMs(Date.now() + 1e9) };
  const key = { publicKey, sign: async (data: Uint8Array) => sign('RSA-SHA256', data, privateKey) };
  const der = await createCertificate(key, { serialNumber: `00${serialNumber}`, ...dates });
  certificate = `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`;
  const reply = (scheme: string) =>
    async function answer(asked: IncomingMessage, response: ServerResponse) {
      const body = await text(asked);
      const { host, 'content-type': type } = asked.headers;
      response.end(JSON.stringify({ scheme, method: asked.method, host, type, body }));
    };
  origin = createServer(reply('http')).listen(0, '127.0.0.1');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  secure = createSecureServer({ key: pem, cert: certificate }, reply('https')).listen(0, '127.0.0.1');
  proxy = createServer().listen(0, '127.0.0.1');
  proxy.on('connect', ({ url = '', headers }, socket) => {
    connects.push({ to: url, headers });
    if (refusal !== null) {
      socket.end(`HTTP/1.1 ${refusal} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const target = connect(portOf(url.endsWith(':443') ? secure : origin), '127.0.0.1');
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    target.pipe(socket).pipe(target);
    for (const each of [socket, target])
      each.on('error', () => {}).on('close', () => [socket, target].map((one) => one.destroy()));
  });
  await Promise.all([origin, secure, proxy].map((server) => server.listening || once(server, 'listening')));
});
afterAll(() => {
  for (const server of [origin, secure, proxy]) server.close().closeAllConnections();
});

const names = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy'];
const before = names.map((name) => [name, process.env[name]] as const);
function use(settings: Record<string, string>) {
  for (const name of names) delete process.env[name];
  Object.assign(process.env, settings);
  connects = [];
  refusal = null;
}
afterEach(() =>
  use(Object.fromEntries(before.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))),
);
const useProxy = (others = {}) => {
  const address = `http://face:s%40fe@127.0.0.1:${portOf(proxy)}`;
  use({ HTTPS_PROXY: address, http_proxy: address, ...others });
};
const proxied = createProxiedFetch((url, init) => fetch(url, init));
const targets = () => connects.map(({ to }) => to);

test.each([
  ['https://idp.example', '', true],
  ['http://idp.example', '', false],
  ['https://93.184.216.34', '', true],
  ['https://10.1.2.3', '', false],
  ['https://[::1]:8443', '', false],
  ['https://[::ffff:10.0.0.1]', '', false],
  ['https://169.254.169.254', '', false],
  ['https://localhost:8080', '', false],
  ['https://dynamodb', '', false],
  ['https://metadata.google.internal', '', false],
  ['https://idp.example', '*', false],
  ['https://idp.example', 'other.example,  IDP.example', false],
  ['https://a.idp.example.', '.idp.example', false],
  ['https://a.idp.example', '*.idp.example', false],
  ['https://notidp.example', 'idp.example', true],
  ['https://idp.example', 'idp.example:8443', true],
  ['https://idp.example:8443', 'idp.example:8443', false],
  ['https://93.184.216.34', '93.184.0.0/16', false],
  ['https://93.185.216.34', '93.184.0.0/16,93.184.0.0/99', true],
  ['https://[2606:2800::1]', '2606:2800::/32', false],
])('%s with NO_PROXY "%s" goes through the proxy: %s', (url, excepted, expected) => {
  const env = { HTTPS_PROXY: 'proxy.corp:3128', NO_PROXY: excepted };
  expect(findProxy(new URL(url), env)?.href ?? null).toBe(expected ? 'http://proxy.corp:3128/' : null);
});

test('requests go through the proxy with its password, and to this machine directly', async () => {
  useProxy();
  const body = new URLSearchParams({ grant_type: 'client_credentials' });
  const answer = await proxied('http://idp.example/token', { method: 'POST', body });
  const type = 'application/x-www-form-urlencoded;charset=UTF-8';
  expect(await answer.json()).toEqual({
    scheme: 'http',
    method: 'POST',
    host: 'idp.example',
    type,
    body: String(body),
  });
  expect(connects).toMatchObject([
    {
      to: 'idp.example:80',
      headers: { 'proxy-authorization': `Basic ${Buffer.from('face:s@fe').toString('base64')}` },
    },
  ]);
  expect((await proxied(`http://127.0.0.1:${portOf(origin)}/`, {})).status).toBe(200);
  expect(connects).toHaveLength(1);
  refusal = 407;
  await expect(proxied('http://other.example/', {})).rejects.toMatchObject({
    cause: { message: 'the forward proxy answered with status 407' },
  });
});

test('TLS is verified at the server behind the proxy, for fetch and for the AWS SDK', async () => {
  useProxy();
  await expect(proxied('https://idp.example/', {})).rejects.toMatchObject({
    cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
  });
  const agent = new TunnelAgent({ keepAlive: true });
  const ask = async (options: object) => {
    const asked = request('https://kms.example/', { agent, ...options }).end();
    const [response] = await once(asked, 'response');
    return response.resume().statusCode;
  };
  await expect(ask({})).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  expect(await ask({ ca: certificate, checkServerIdentity: () => undefined })).toBe(200);
  expect(targets()).toEqual(['idp.example:443', 'kms.example:443', 'kms.example:443']);
  refusal = 403;
  await expect(ask({})).rejects.toThrow('status 403');
  agent.destroy();
});

test('an address that others chose is resolved here and must be public, also if a proxy connects', async () => {
  useProxy();
  const open = (address: string) => createPublicFetch(async () => [{ address, family: 4 }]);
  for (const hidden of ['10.0.0.1', '127.0.0.1', '169.254.169.254'])
    await expect(open(hidden)('http://photos.example/', {})).rejects.toThrow();
  await expect(open(publicAddress)('http://10.0.0.1/', {})).rejects.toThrow('not a public address');
  expect(connects).toEqual([]);
  expect(await (await open(publicAddress)('http://photos.example/', {})).json()).toMatchObject({
    host: 'photos.example',
  });
  expect(targets()).toEqual([`${publicAddress}:80`]);
});

test('the doctor names the proxy without its password', async () => {
  useProxy();
  const [check] = createProxyChecks();
  const { verdict, found } = await check!.run();
  expect({ verdict, found }).toEqual({ verdict: 'pass', found: expect.stringContaining(`127.0.0.1:${portOf(proxy)}`) });
  expect(found).not.toContain('s%40fe');
  use({ HTTPS_PROXY: 'socks5://proxy:1080' });
  expect(await createProxyChecks()[0]!.run()).toMatchObject({ verdict: 'fail' });
  await expect(proxied('https://idp.example/', {})).rejects.toThrow('no http address');
  use({});
  expect(createProxyChecks()).toEqual([]);
});
