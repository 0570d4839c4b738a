import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { z } from 'zod';
import { connectBackend } from '../../examples/demo/backend.js';
import { loadPictures } from '../../examples/demo/pictures.js';
import { type Service, startService } from '../../examples/demo/service.js';
import { type OktaSimulator, startOktaSimulator } from '../../simulators/okta/index.js';
import { type PushServiceSimulator, startPushService } from '../../simulators/push-service.js';
import { eventually } from '../eventually.js';
import { createFolder } from '../folder.js';
import { startMailRelay } from '../mail-relay.js';
import { modelsFolder } from '../paths.js';

/* Notices as people get them: the server as its own process, real models, a mail relay and a push service on real sockets. */

const tokenGuard = z.object({ token: z.string() });
const startedGuard = z.object({ url: z.string() });
const openedGuard = z.object({ session: z.string() });
const noticesGuard = z.object({
  notices: z.object({ push: z.object({ publicKey: z.string(), devices: z.array(z.string()) }) }),
});
const adminKey = `fsa_${'k'.repeat(32)}`;

let okta: OktaSimulator;
let relay: Awaited<ReturnType<typeof startMailRelay>>;
let push: PushServiceSimulator;
let service: Service;
beforeEach(async () => {
  okta = await startOktaSimulator({ hookTimeoutMs: 30_000 });
  relay = await startMailRelay();
  push = await startPushService({ contact: 'mailto:security@example.com', now: Date.now });
  const folder = createFolder('notices-sent');
  await writeFile(join(folder, 'push.pem'), push.cert);
  const config = join(folder, 'facestep.json');
  const connection = {
    ...{ id: 'workforce', kind: 'okta', policy: { mode: 'enforce', liveness: 'off', notices: true, language: 'de' } },
    okta: {
      ...{ orgUrl: okta.url, auth: { kind: 'api_token', token: okta.apiToken } },
      hooks: { secret: { value: 'a secret of the test hooks' } },
    },
  };
  const settings = {
    ...{ modelsFolder, publicUrl: 'https://face.example.com', verifier: { kind: 'embedded', workers: 1 } },
    delivery: { kind: 'smtp', url: relay.url, from: 'face@example.com', requireTls: false },
    webPush: { contact: 'mailto:security@example.com', services: [push.host] },
    connections: [connection],
  };
  await writeFile(config, JSON.stringify(settings));
  service = await startService({
    ...{ PORT: '0', FACESTEP_CONFIG: config, FACESTEP_DATA: join(folder, 'data'), FACESTEP_ADMIN_KEY: adminKey },
    NODE_EXTRA_CA_CERTS: join(folder, 'push.pem'),
  });
});
afterEach(async () => {
  await service.stop();
  await relay.close();
  await push.close();
  await okta.close();
});

test('a person is told of their enrolment, and of the lockout that a stranger causes', async () => {
  okta.org.attributes.set('facestepToken', { title: 'Face token', type: 'string' });
  const pictures = await loadPictures();
  const id = await okta.createUser({ login: 'ada@example.com', password: 'correct horse' });
  const backend = await connectBackend(service.url, adminKey, {
    connection: 'workforce',
    application: okta.application,
  });
  const linksOf = (raw: string) => raw.replaceAll(/=\r?\n/g, '').match(/\/face\/not-me\?lang=3Dde#[\w-]{43}/g) ?? [];

  await backend.enrol(id, pictures.person[0]);
  await eventually(async () => expect(relay.taken).toHaveLength(1));
  const [enrolled] = relay.taken;
  expect(enrolled?.to).toBe('ada@example.com');
  expect(linksOf(enrolled!.raw).length).toBeGreaterThan(0);

  for (let tries = 0; tries < 5; tries += 1) await backend.checkFace(id, pictures.stranger).catch(() => 'locked');
  const titles = () => relay.taken.map(({ raw }) => /^Subject: (.*(?:\r\n[ \t].*)*)/m.exec(raw)?.[1]);
  // One that a check was refused, again where the clock's hour ends meanwhile, and one that it is paused.
  await eventually(async () => expect(new Set(titles()).size).toBe(3));
  expect(new Set(relay.taken.map(({ to }) => to))).toEqual(new Set(['ada@example.com']));
});

test('a browser that a person adds on their own page is told as well', async () => {
  okta.org.attributes.set('facestepToken', { title: 'Face token', type: 'string' });
  const pictures = await loadPictures();
  const id = await okta.createUser({ login: 'ada@example.com', password: 'correct horse' });
  const call = async (path: string, headers: Record<string, string>, body: object | null) => {
    const response = await fetch(service.url + path, {
      method: body === null ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: body && JSON.stringify(body),
    });
    return response.json();
  };
  const name = { name: 'backend', scopes: ['enrol'] };
  const { token } = tokenGuard.parse(await call('/generateToken', { 'x-admin-key': adminKey }, name));
  const asked = { connection: 'workforce', subject: id, purpose: 'manage' };
  const { url } = startedGuard.parse(await call('/invitations', { 'x-auth-token': token }, asked));
  const ticket = new URL(url).hash.slice(1);
  const { session } = openedGuard.parse(await call('/face/open', {}, { ticket }));
  const own = { authorization: `Bearer ${session}` };
  const { publicKey } = noticesGuard.parse(await call('/face/notices', own, null)).notices.push;
  const address = { ...push.subscribe(publicKey), publicKey };
  const added = noticesGuard.parse(await call('/face/notices/devices', own, address));
  expect(added.notices.push.devices).toHaveLength(1);

  const backend = await connectBackend(service.url, adminKey, {
    connection: 'workforce',
    application: okta.application,
  });
  await backend.enrol(id, pictures.person[0]);
  await eventually(async () => expect(push.opened).toHaveLength(1));
  const body = 'Ihre Gesichtsprüfung wurde eingerichtet';
  expect(JSON.parse(push.opened[0]!.text)).toMatchObject({ language: 'de', body });
  await eventually(async () => expect(relay.taken).toHaveLength(1));
});
