import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jwtVerify } from 'jose';
import { z } from 'zod';
import { entraConnectionGuard } from '../../adapters/entra/config.js';
import { createEntraProvisioning } from '../../adapters/entra/provision.js';
import { findFreePort } from '../../examples/demo/free-port.js';
import { loadPictures, type Pictures } from '../../examples/demo/pictures.js';
import { type Service, startService } from '../../examples/demo/service.js';
import { type Daemon, type EntraSimulator, startEntraSimulator } from '../../simulators/entra/index.js';
import type { DirectoryUser } from '../../simulators/entra/tenant.js';
import { epochMs } from '../../src/core/units.js';
import { toForm } from '../api-server.js';
import { createFolder } from '../folder.js';
import { modelsFolder } from '../paths.js';
import { createTextLog, systemRandom } from '../sinks.js';

/* The server as its own process, on real models and photos, against a simulated tenant that was set up by provisioning. */

const adminKey = 'chosen-by-the-administrator';
const top = createFolder('entra');
let pictures: Pictures;
let entra: EntraSimulator;
let daemon: Daemon;
let service: Service;
let clientToken: string;
/** Applications whose tokens get the claims: of a connection that omits them, of one that denies, and of a sign-up. */
let app: string;
let strictApp: string;
let attribute: string;
let receiptAttribute: string;
let ada: DirectoryUser;
let grace: DirectoryUser;
let publicUrl: string;

const toConnection = (id: string, clientApp: string, policy: object) => ({
  id,
  kind: 'entra',
  policy: { mode: 'enforce', liveness: 'off', ...policy },
  entra: {
    tenantId: entra.tenant.id,
    clientId: daemon.clientId,
    auth: { kind: 'secret', secret: daemon.secret },
    endpoints: { login: entra.url, graph: entra.url },
    hooks: { clientApps: [clientApp], signUp: { receiptAttribute } },
  },
});

const start = (): Promise<Service> =>
  startService({
    PORT: new URL(publicUrl).port,
    FACESTEP_DATA: join(top, 'data'),
    FACESTEP_CONFIG: join(top, 'config.json'),
    FACESTEP_ADMIN_KEY: adminKey,
    NODE_EXTRA_CA_CERTS: join(top, 'entra.pem'),
  });

beforeAll(async () => {
  pictures = await loadPictures();
  entra = await startEntraSimulator({ kind: 'external', hookTimeoutMs: 30_000 });
  daemon = entra.addDaemon();
  receiptAttribute = entra.addExtension(daemon.clientId, 'faceReceipt');
  app = entra.addClientApp({ acceptMappedClaims: false });
  strictApp = entra.addClientApp({ acceptMappedClaims: false });
  ada = entra.addUser({ mail: 'ada@example.com' });
  grace = entra.addUser({ mail: 'grace@example.com', userType: 'Guest' });
  publicUrl = `http://127.0.0.1:${await findFreePort()}`;
  const connections = [
    toConnection('customers', app, {}),
    toConnection('strict', strictApp, { whenUnverified: 'deny', whenUnavailable: 'deny' }),
  ];
  writeFileSync(join(top, 'entra.pem'), entra.cert);
  writeFileSync(
    join(top, 'config.json'),
    JSON.stringify({ publicUrl, modelsFolder, verifier: { kind: 'embedded', workers: 1 }, connections }),
  );
  for (const connection of connections) {
    const settings = entraConnectionGuard.parse(connection);
    attribute = settings.entra.attribute;
    const { steps } = createEntraProvisioning({
      ...{ settings, publicUrl, fetch: entra.fetch, random: systemRandom, log: createTextLog() },
      clock: { now: () => epochMs(Date.now()) },
    });
    for (const step of steps) {
      const { state } = await step.inspect();
      if (state === 'missing' || state === 'different') await step.apply();
      expect((await step.inspect()).state).toMatch(/^(ready|manual)$/);
    }
  }
  service = await start();
  // So that the keys which tell who calls are there: the first call does not wait for them long.
  for (let calls = 0; calls < 5; calls++) await signIn(app, ada.id);
  clientToken = await post('/generateToken', { name: 'test' }, { 'x-admin-key': adminKey }).then(({ body }) =>
    String(body.token),
  );
});
afterAll(async () => {
  await service.stop();
  await entra.close();
});

const bodyGuard = z.record(z.string(), z.unknown());

async function post(path: string, body: object | FormData, headers: Record<string, string> = {}) {
  const isForm = body instanceof FormData;
  const response = await fetch(publicUrl + path, {
    method: 'POST',
    headers: {
      'x-auth-token': clientToken ?? '',
      ...(isForm ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: isForm ? body : JSON.stringify(body),
  });
  return { status: response.status, body: bodyGuard.parse(await response.json()) };
}

const enrol = (subject: string, connection = 'customers') =>
  post(
    '/enrolments',
    toForm({
      ...{ connection, subject, consentStatement: 'face-check-1', consentGivenAt: new Date().toISOString() },
      photo: [pictures.person[0]],
    }),
  );

async function stepUp(fields: Record<string, unknown>, photo: Uint8Array = pictures.person[1]) {
  const started = await post('/step-ups', fields);
  expect(started.status).toBe(201);
  const { id, challenge } = started.body;
  return (await post(`/step-ups/${id}/photos`, toForm({ challenge: String(challenge), photo }))).body;
}

type Faces = { face_verified?: unknown; face_verified_at?: unknown; face_methods?: unknown };
async function signIn(appId: string, userId: string): Promise<Faces> {
  const result = await entra.signIn({ appId, userId });
  return result.ok ? readFaces(appId, result.token) : Promise.reject(result);
}
async function readFaces(audience: string, token: string): Promise<Faces> {
  const { publicJwk } = entra.tenant.keys.at(-1)!;
  const { payload } = await jwtVerify(token, publicJwk, { audience, issuer: entra.tenant.issuer });
  return Object.fromEntries(Object.entries(payload).filter(([name]) => name.startsWith('face_')));
}
const unverified = { face_verified: 'false' };

describe('from a face to a token', () => {
  test('the enrolment is in the directory, and only the enrolled face puts the claim there, once', async () => {
    expect((await enrol(ada.id)).status).toBe(201);
    expect(ada.extensions[attribute]).toMatch(/^.{100,256}$/);
    expect(await signIn(app, ada.id)).toEqual(unverified);

    expect(
      await stepUp({ connection: 'customers', subject: ada.id, application: app }, pictures.stranger),
    ).toMatchObject({
      state: 'failed',
    });
    expect(await signIn(app, ada.id)).toEqual(unverified);

    expect(await stepUp({ connection: 'customers', subject: ada.id, application: app })).toMatchObject({
      state: 'passed',
    });
    expect(await signIn(app, grace.id)).toEqual(unverified);
    expect(await signIn(app, ada.id)).toEqual({
      face_verified: 'true',
      face_verified_at: expect.stringMatching(/^\d{10}$/),
      face_methods: ['face'],
    });
    expect(await signIn(app, ada.id)).toEqual(unverified);
  });
});

describe('signing up', () => {
  const email = 'new@example.com';
  const form = (receipt = '') => ({
    appId: app,
    email,
    attributes: { displayName: 'New', ...(receipt === '' ? {} : { [receiptAttribute]: receipt }) },
  });
  const extensionOf = (hook: string) =>
    [...entra.tenant.customExtensions.values()].find(
      ({ endpointConfiguration }) => endpointConfiguration.targetUrl === `${publicUrl}/hooks/customers/${hook}`,
    )!.id;
  const makeToken = async () => {
    const made = await post('/generate', toForm({ photo: pictures.person[0], scope: 'sign-in' }));
    expect(made.status).toBe(200);
    return String(made.body.token);
  };

  test('begins for who has passed a step-up before', async () => {
    entra.attachUserFlow(app, { start: extensionOf('attribute-collection-start'), submit: null });
    expect(await entra.signUp(form())).toMatchObject({ ok: false, page: 'block' });
    const token = await makeToken();
    const fields = { connection: 'customers', subject: email, token, scope: 'sign-in', application: app };
    expect(await stepUp(fields, pictures.stranger)).toMatchObject({ state: 'failed' });
    expect(await entra.signUp(form())).toMatchObject({ ok: false, page: 'block' });
    expect(await stepUp(fields)).toMatchObject({ state: 'passed' });
    expect(await entra.signUp({ ...form(), signInType: 'federated' })).toMatchObject({ ok: false, page: 'block' });
    expect(await entra.signUp(form())).toMatchObject({ ok: true });
    expect(await entra.signUp(form())).toMatchObject({ ok: false, page: 'block' });
  });
});

describe('outages', () => {
  test('of the keys from the start verify no one and lock no one out, unless the policy denies', async () => {
    expect(await stepUp({ connection: 'customers', subject: ada.id, application: app })).toMatchObject({
      state: 'passed',
    });
    await service.stop();
    entra.fail('keys', { status: 503 });
    service = await start();
    expect(await signIn(app, ada.id)).toEqual(unverified);
    await expect(signIn(strictApp, ada.id)).rejects.toMatchObject({ code: 1003002 });
    entra.heal('keys');
    // The keys may come too late for the first call, and are there for a later one.
    let faces = await signIn(app, ada.id);
    for (let calls = 0; calls < 20 && faces.face_verified !== 'true'; calls++) faces = await signIn(app, ada.id);
    expect(faces).toMatchObject({ face_verified: 'true' });
  });
});
