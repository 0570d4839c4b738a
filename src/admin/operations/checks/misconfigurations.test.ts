import { chmodSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { SMTPServerOptions } from 'smtp-server';
import { Agent, fetch as connect } from 'undici';
import { findFreePort } from '../../../../examples/demo/free-port.js';
import { createSelfSigned } from '../../../../simulators/tls-server.js';
import { systemRandom } from '../../../../support/fakes/sinks.js';
import { createFolder } from '../../../../support/run/folder.js';
import { endAfterwards } from '../../../../support/run/for-file.js';
import { type Act, startFront } from '../../../../support/servers/front.js';
import { startMailRelay } from '../../../../support/servers/mail-relay.js';
import { serveForTest } from '../../../../support/servers/serve.js';
import { deliveryGuard } from '../../../config/delivery.js';
import { storedConfigGuard } from '../../../config/schema.js';
import { webhookGuard } from '../../../config/webhooks.js';
import type { Check } from '../../../connections/provisioning.js';
import type { Fetch } from '../../../core/ports.js';
import { epochMs, toIso } from '../../../core/units.js';
import { judgeProxyHops } from '../../../http/proxy-fit.js';
import { writeLastBackup } from '../last-backup.js';
import { createDataFolderCheck } from './data-folder.js';
import { createMailRelayCheck } from './mail-relay.js';
import { ask } from './public-address.js';
import { createReverseProxyChecks } from './reverse-proxy.js';
import { createBackupCheck, createDiskCheck } from './storage.js';
import { createWebhookChecks } from './webhooks.js';

/* Mistakes of administrators, each with the line of the doctor that names it. */

const clock = { now: () => epochMs(Date.now()) };
const deps = { fetch: globalThis.fetch as Fetch, clock, random: systemRandom };

async function listen(listener: RequestListener, tls: { cert: string; key: string } | null = null): Promise<string> {
  const served = await serveForTest(tls === null ? createServer(listener) : createTlsServer(tls, listener));
  return `${tls === null ? 'http' : 'https'}://${served.host}`;
}

async function openRelay(options: SMTPServerOptions, { password = 'right', requireTls = false } = {}): Promise<Check> {
  const { url } = await startMailRelay({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: (auth, _session, callback) =>
      auth.password === 'right' ? callback(null, { user: 'mailer' }) : callback(new Error('no')),
    onMailFrom: () => expect('a message').toBe('none'),
    ...options,
  });
  return mailTo(url.replace('//', `//mailer:${password}@`), requireTls);
}
const mailTo = (url: string, requireTls = false): Check =>
  createMailRelayCheck(deliveryGuard.parse({ kind: 'smtp', url, from: 'a@example.com', requireTls }));

function webhookAt(url: string, fetch = deps.fetch): Check {
  const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
  const webhooks = [webhookGuard.parse({ id: 'siem', url, secret })];
  return createWebhookChecks(webhooks, 'work', { ...deps, fetch })[0]!;
}
const receiver = async (status: number): Promise<Check> =>
  webhookAt(await listen((_, response) => response.writeHead(status).end()));
async function webhookWith(notAfter: string, isKnown: boolean): Promise<Check> {
  const tls = await createSelfSigned('ec', notAfter);
  const dispatcher = new Agent({ connect: { ca: tls.cert } });
  endAfterwards(() => dispatcher.close());
  const trusting = (async (url: string, init: object) => connect(url, { ...init, dispatcher })) as unknown as Fetch;
  return webhookAt(await listen((_, response) => response.end(), tls), isKnown ? trusting : deps.fetch);
}

/** A check of a server behind proxies. The first one is nearest to the browser. */
async function behind(title: string, proxies: readonly Partial<Act>[], proxyHops = 0, policy = ''): Promise<Check> {
  let url = await listen((request, response) => {
    response.setHeader('X-Facestep-Proxies', judgeProxyHops(request, proxyHops));
    response.setHeader('Content-Security-Policy', "default-src 'none';script-src 'self' 'wasm-unsafe-eval'");
    if (policy !== '') response.setHeader('Permissions-Policy', policy);
    request.resume().on('end', () => response.writeHead(request.method === 'POST' ? 404 : 200).end());
  });
  for (const act of proxies.toReversed()) {
    const front = await startFront(url);
    front.rules = [{ path: /./, act: { kind: 'pass', ...act } as Act }];
    url = front.url;
  }
  return createReverseProxyChecks(url, deps).find((check) => check.title === title)!;
}
const adding = (name: string, value: string): Promise<Check> =>
  behind('Camera', [{ added: { [name]: value } }], 0, 'camera=(self)');
const names = { namesCaller: true };

function folder(name: string, mode: number): Check {
  const dataFolder = createFolder('rights');
  for (const file of ['keys.json', name]) writeFileSync(join(dataFolder, file), '', { mode: 0o600 });
  chmodSync(join(dataFolder, name), 0o644);
  chmodSync(dataFolder, mode);
  return createDataFolderCheck({ ...storedConfigGuard.parse({}), dataFolder } as never)[0]!;
}
async function backup(daysAgo: number): Promise<Check> {
  const file = join(createFolder('backup'), 'last-backup.json');
  const madeAt = toIso(epochMs(Date.now() - daysAgo * 86_400_000));
  await writeLastBackup(
    file,
    { madeAt, checkedAt: madeAt, files: 1, bytes: 1, hasKeys: true, hasState: true },
    systemRandom,
  );
  return createBackupCheck({ lastBackup: file }, [], deps);
}
const disk = (free: number): Check => createDiskCheck({ audit: '/x' }, [], async () => ({ free, size: 100 }));

test.each<[string, () => Check | Promise<Check>, 'pass' | 'warn' | 'fail' | 'manual', RegExp]>([
  ['no relay', () => createMailRelayCheck(deliveryGuard.parse({ kind: 'outbox' })), 'warn', /not sent/],
  ['a relay that accepts this server', () => openRelay({}), 'pass', /^the mail relay accepts this server$/],
  ['a relay for ASCII only', () => openRelay({ hideSMTPUTF8: true }), 'pass', /SMTPUTF8/],
  ['a relay where nothing listens', () => mailTo('smtp://127.0.0.1:1'), 'fail', /no program listens there$/],
  ['a relay without STARTTLS', () => openRelay({}, { requireTls: true }), 'fail', /has no STARTTLS/],
  ['a wrong password of the relay', () => openRelay({}, { password: 'wrong' }), 'fail', /password is wrong$/],

  ['a receiver that accepts', () => receiver(204), 'pass', /^siem:/],
  [
    'a receiver where nothing listens',
    async () => webhookAt(`http://127.0.0.1:${await findFreePort()}`),
    'fail',
    /siem: no answer: no program/,
  ],
  ['a receiver at another path', () => receiver(404), 'fail', /siem: status 404$/],
  ['a receiver with a valid certificate', () => webhookWith('2049-12-31', true), 'pass', /^siem:/],
  ['a receiver with an expired certificate', () => webhookWith('2021-01-01', true), 'fail', /certificate has expired/],
  ['a receiver with an unknown certificate', () => webhookWith('2049-12-31', false), 'fail', /is not trusted/],

  ['a proxy that adds nothing', () => behind('Camera', [{}], 0, 'camera=(self), microphone=()'), 'pass', /may open/],
  ['a proxy that forbids the camera', () => adding('Permissions-Policy', 'camera=()'), 'fail', /camera=\(\)$/],
  ['a proxy with a policy', () => adding('Content-Security-Policy', 'script-src a'), 'fail', /own .+: script-src a$/],
  ['no limit of bodies', () => behind('Size of photos', [{}]), 'pass', /no proxy refuses 10\.5 MiB/],
  ['nginx with its default', () => behind('Size of photos', [{ mostBytes: 1_048_576 }]), 'fail', /status 413/],

  ['proxyHops 0 without a proxy', () => behind('Addresses of callers', []), 'pass', /fits/],
  ['proxyHops 0 behind a proxy', () => behind('Addresses of callers', [names]), 'fail', /too low/],
  ['proxyHops 1 behind two', () => behind('Addresses of callers', [names, names], 1), 'fail', /too low/],
  ['proxyHops 2 behind two', () => behind('Addresses of callers', [names, names], 2), 'pass', /fits/],
  ['proxyHops 2 behind one', () => behind('Addresses of callers', [names], 2), 'fail', /too high/],
  [
    'proxyHops 2 behind one that replaces the header',
    () => behind('Addresses of callers', [{ stripped: 'x-forwarded-for' }, names], 2),
    'fail',
    /too high/,
  ],

  ['a disk with space', () => disk(21), 'pass', /^79 % used/],
  ['a disk that is nearly full', () => disk(20), 'warn', /^80 % used/],
  ['no backup', () => createBackupCheck({ lastBackup: '/x/none' }, [], deps), 'warn', /no backup is known/],
  ['a backup of this week', () => backup(6), 'pass', /T/],
  ['an old backup', () => backup(8), 'warn', /over 7 days old/],
  ['a private folder', () => folder('a.txt', 0o750), 'pass', /rights/],
  ['files that others may read', () => folder('a.txt', 0o755), 'warn', /can access \S+a\.txt$/],
  ['a folder that others may write', () => folder('a.txt', 0o777), 'warn', /can access \S+rights-\w+$/],
])('%s', async (_, plant, verdict, found) => {
  const finding = await (await plant()).run();
  expect(finding).toMatchObject({ verdict, found: expect.stringMatching(found) });
  expect(finding.remedy === null).toBe(verdict === 'pass');
});

test('the check calls the public address on a new connection each time', async () => {
  const server = createServer((_, response) => void response.end('here'));
  const { host } = await serveForTest(server);
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  for (const method of ['GET', 'POST'])
    expect(await ask(`http://${host}`, { method, headers: { accept: 'text/plain' } }, deps)).toMatchObject({
      text: 'here',
    });
  expect(connections).toBe(2);
});
