import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Backend, connectBackend } from '../../examples/demo/backend.js';
import { loadPictures } from '../../examples/demo/pictures.js';
import { type Service, startService } from '../../examples/demo/service.js';
import { type OktaSimulator, startOktaSimulator } from '../../simulators/okta/index.js';
import { eventually } from '../../support/run/eventually.js';
import { createFolder } from '../../support/run/folder.js';
import { startMailRelay } from '../../support/servers/mail-relay.js';
import { configureService, serviceKey } from '../../support/servers/service-stage.js';

let okta: OktaSimulator;
let relay: Awaited<ReturnType<typeof startMailRelay>>;
let service: Service;
let backend: Backend;
let id: string;
const pictures = await loadPictures();
beforeEach(async () => {
  okta = await startOktaSimulator({ hookTimeoutMs: 30_000 });
  relay = await startMailRelay();
  const connection = {
    id: 'workforce',
    kind: 'okta',
    policy: { mode: 'enforce', liveness: 'off', notices: true, language: 'de' },
    okta: okta.toSettings('a secret of the test hooks'),
  };
  const settings = {
    publicUrl: 'https://face.example.com',
    delivery: { kind: 'smtp', url: relay.url, from: 'face@example.com', requireTls: false },
    connections: [connection],
  };
  service = await startService(configureService(createFolder('notices-sent'), settings));
  okta.org.attributes.set('facestepToken', { title: 'Face token', type: 'string' });
  id = await okta.createUser({ login: 'ada@example.com', password: 'correct horse' });
  backend = await connectBackend(service.url, serviceKey, {
    connection: 'workforce',
    application: okta.application,
  });
});
afterEach(async () => {
  await service.stop();
  await okta.close();
});

test('a user gets an e-mail about their enrolment, with a link to report it, and about the lockout after failed checks', async () => {
  const linksOf = (raw: string) => raw.replaceAll(/=\r?\n/g, '').match(/\/face\/not-me\?lang=3Dde#[\w-]{43}/g) ?? [];

  await backend.enrol(id, pictures.person[0]);
  await eventually(async () => expect(relay.taken).toHaveLength(1));
  const [enrolled] = relay.taken;
  expect(enrolled?.to).toBe('ada@example.com');
  expect(linksOf(enrolled!.raw).length).toBeGreaterThan(0);

  for (let tries = 0; tries < 5; tries += 1) await backend.checkFace(id, pictures.stranger).catch(() => 'locked');
  // The subject is encoded or folded, and the text names the lockout too.
  const texts = () => relay.taken.map(({ raw }) => raw.replaceAll(/=\r?\n/g, ''));
  await eventually(async () =>
    expect(texts().some((text) => /vor=C3=BCbergehend gesperrt|gesperrt/.test(text))).toBe(true),
  );
  expect(new Set(relay.taken.map(({ to }) => to))).toEqual(new Set(['ada@example.com']));
});

test('the notification of a failed check that waits for the next look is sent if the configuration is loaded again meanwhile', async () => {
  await backend.enrol(id, pictures.person[0]);
  await eventually(async () => expect(relay.taken).toHaveLength(1));
  expect(await backend.checkFace(id, pictures.stranger)).toBe('failed');
  const reload = {
    method: 'POST',
    headers: { 'x-admin-key': serviceKey, 'content-type': 'application/json' },
    body: '{}',
  };
  expect((await fetch(`${service.url}/v1/configuration/reload`, reload)).status).toBe(200);
  await eventually(async () => expect(relay.taken).toHaveLength(2));
});
