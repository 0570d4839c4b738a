import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { oktaConnectionGuard } from '../../adapters/okta/config.js';
import { createOktaProvisioning } from '../../adapters/okta/provision.js';
import { connectBackend } from '../../examples/demo/backend.js';
import { loadPictures, type Pictures } from '../../examples/demo/pictures.js';
import { type Service, startService } from '../../examples/demo/service.js';
import { type OktaSimulator, startOktaSimulator } from '../../simulators/okta/index.js';
import { epochMs } from '../../src/core/units.js';
import { toForm } from '../api-server.js';
import { createFolder } from '../folder.js';
import { modelsFolder } from '../paths.js';
import { createTextLog, systemRandom } from '../sinks.js';

/* An org that is set up by provisioning, and the server as its own process, with real models and real photos. */

const adminKey = `fsa_${'k'.repeat(32)}`;
const publicUrl = 'https://face.example.com';
const ada = { login: 'ada@example.com', password: 'correct horse' };

let folder: string;
let okta: OktaSimulator;
let service: Service;
let pictures: Pictures;
let connection: { id: string; kind: string; policy: object; okta: object };
beforeEach(async () => {
  folder = createFolder('okta');
  okta = await startOktaSimulator({ hookTimeoutMs: 30_000 });
  pictures = await loadPictures();
  connection = {
    id: 'workforce',
    kind: 'okta',
    policy: { mode: 'enforce', liveness: 'off' },
    okta: {
      orgUrl: okta.url,
      auth: { kind: 'api_token', token: okta.apiToken },
      hooks: { secret: { value: 'a secret of the test hooks' } },
      provision: { registration: {} },
    },
  };
  const config = join(folder, 'facestep.json');
  const verifier = { kind: 'embedded', workers: 1 };
  const telemetry = { metrics: { port: 0 } };
  await writeFile(config, JSON.stringify({ modelsFolder, publicUrl, verifier, telemetry, connections: [connection] }));
  service = await startService({
    ...{ PORT: '0', FACESTEP_CONFIG: config, FACESTEP_DATA: join(folder, 'data'), FACESTEP_ADMIN_KEY: adminKey },
  });
  const { steps } = createOktaProvisioning({
    ...{ settings: oktaConnectionGuard.parse(connection), publicUrl: service.url, random: systemRandom },
    ...{ clock: { now: () => epochMs(Date.now()) }, fetch: (url, init) => fetch(url, init), log: createTextLog() },
  });
  for (const { inspect, apply } of steps) if ((await inspect()).state === 'missing') await apply();
});
afterEach(async () => {
  await service.stop();
  await okta.close();
});

test('a user enrols, signs in by face, leaves, and is known to nobody after coming back', async () => {
  okta.org.allowsUpdatesToDeactivated = true;
  const id = await okta.createUser(ada);
  const backend = await connectBackend(service.url, adminKey, {
    connection: connection.id,
    application: okta.application,
  });
  const [enrolmentPhoto, laterPhoto] = pictures.person;
  const token = () => okta.org.users.get(id)?.profile.facestepToken;

  await backend.enrol(id, enrolmentPhoto);
  expect(token()).toMatch(/^.{100,256}$/);
  expect(await okta.signIn(ada)).toMatchObject({ ok: false });
  expect(await backend.checkFace(id, pictures.stranger)).toBe('failed');
  expect(await backend.checkFace(id, laterPhoto)).toBe('passed');
  expect(await okta.signIn(ada)).toMatchObject({ ok: true });

  expect(await backend.checkFace(id, laterPhoto)).toBe('passed');
  await okta.changeStatus(id, 'deactivate');
  await okta.settleEvents();
  expect(token()).toBeUndefined();
  await okta.changeStatus(id, 'activate');
  expect(await okta.signIn(ada)).toMatchObject({ ok: false });
  expect(await backend.checkFace(id, laterPhoto)).toBe('failed');
});

test('what an event makes the service do at Okta is counted like what anybody else does', async () => {
  const url = service.said.flatMap((line) => /Metrics: (\S+)/.exec(line)?.[1] ?? [])[0] ?? '';
  const cleared = async () =>
    /^facestep_port_calls_total\{port="profile",operation="clearToken",outcome="ok"\} (\d+)$/m.exec(
      await (await fetch(url)).text(),
    )?.[1];
  okta.org.allowsUpdatesToDeactivated = true;
  const id = await okta.createUser(ada);
  const backend = await connectBackend(service.url, adminKey, {
    connection: connection.id,
    application: okta.application,
  });
  await backend.enrol(id, pictures.person[0]);
  expect(await cleared()).toBeUndefined();
  await okta.changeStatus(id, 'deactivate');
  await okta.settleEvents();
  expect(okta.org.users.get(id)?.profile.facestepToken).toBeUndefined();
  expect(await cleared()).toBe('1');
});

test('a person signs up with the receipt of a face check', async () => {
  const call = async (path: string, headers: Record<string, string>, body: FormData | string) => {
    const response = await fetch(service.url + path, { method: 'POST', headers, body });
    return (await response.json()) as Record<string, string>;
  };
  const json = { 'content-type': 'application/json' };
  const client = await call('/generateToken', { ...json, 'x-admin-key': adminKey }, '{"name":"sign-up"}');
  const auth = { 'X-Auth-Token': String(client.token) };
  const [first, second] = pictures.person;
  const { token } = await call('/generate', auth, toForm({ photo: first }));
  const audience = `${publicUrl}/hooks/workforce`;
  const asked = { connection: 'workforce', subject: ada.login, token, audience };
  const { id, challenge } = await call('/step-ups', { ...json, ...auth }, JSON.stringify(asked));
  const { receipt } = await call(`/step-ups/${id}/photos`, {}, toForm({ challenge: String(challenge), photo: second }));

  const signUp = async (facestepReceipt: string | undefined) => {
    const userProfile = { login: ada.login, email: ada.login, firstName: 'Ada', lastName: 'Byron', facestepReceipt };
    const body = JSON.stringify({ userProfile, password: ada.password });
    return (await fetch(`${okta.url}/idp/idx/enroll/new`, { method: 'POST', headers: json, body })).status;
  };
  expect(await signUp(undefined)).toBe(403);
  expect(await signUp(receipt)).toBe(200);
  const [user] = [...okta.org.users.values()];
  expect(user?.profile).not.toHaveProperty('facestepReceipt');
});
