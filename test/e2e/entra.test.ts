import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { jwtVerify } from 'jose';
import { createEntraConnectionGuard } from '../../adapters/entra/config.js';
import { createEntraProvisioning } from '../../adapters/entra/provision.js';
import { connectBackend } from '../../examples/demo/backend.js';
import { findFreePort } from '../../examples/demo/free-port.js';
import { loadPictures } from '../../examples/demo/pictures.js';
import { startService } from '../../examples/demo/service.js';
import { startEntraSimulator } from '../../simulators/entra/index.js';
import { createFolder } from '../../support/run/folder.js';
import { forFile } from '../../support/run/for-file.js';
import { configureService, serviceKey } from '../../support/servers/service-stage.js';
import { applyAll, createProcessDeps } from '../contract/bench.js';

/* The server as its own process, on real models and photos, against a simulated tenant that was set up by provisioning. */

const top = createFolder('entra');
const pictures = await loadPictures();
const entra = await forFile(startEntraSimulator({ kind: 'external', hookTimeoutMs: 30_000 }));
const daemon = entra.addDaemon();
const receiptAttribute = entra.addExtension(daemon.clientId, 'faceReceipt');
/** Applications whose tokens get the claims: of a connection that omits them, of one that denies, and of a sign-up. */
const app = entra.addClientApp({ acceptMappedClaims: false });
const strictApp = entra.addClientApp({ acceptMappedClaims: false });
const ada = entra.addUser({ mail: 'ada@example.com' });
const grace = entra.addUser({ mail: 'grace@example.com', userType: 'Guest' });
const publicUrl = `http://127.0.0.1:${await findFreePort()}`;

const toConnection = (id: string, clientApp: string, policy: object) => ({
  id,
  kind: 'entra',
  policy: { mode: 'enforce', liveness: 'off', ...policy },
  entra: {
    ...entra.toSettings(daemon),
    hooks: { clientApps: [clientApp], signUp: { receiptAttribute } },
  },
});

const connections = [
  toConnection('customers', app, {}),
  toConnection('strict', strictApp, { whenUnverified: 'deny', whenUnavailable: 'deny' }),
];
writeFileSync(join(top, 'entra.pem'), entra.cert);
const env = {
  ...configureService(top, { publicUrl, connections }),
  PORT: new URL(publicUrl).port,
  NODE_EXTRA_CA_CERTS: join(top, 'entra.pem'),
};
let attribute = '';
for (const connection of connections) {
  const settings = createEntraConnectionGuard([]).parse(connection);
  attribute = settings.entra.attribute;
  const provisioning = createEntraProvisioning({
    ...createProcessDeps(),
    settings,
    publicUrl,
    fetch: entra.fetch,
  });
  for (const state of await applyAll(provisioning)) expect(state).toMatch(/^(ready|manual)$/);
}
let service = await forFile(startService(env));
// So that the keys which tell who calls are there: the first call does not wait for them long.
for (let calls = 0; calls < 5; calls++) await signIn(app, ada.id);
const backend = await connectBackend(publicUrl, serviceKey, { connection: 'customers', application: app });
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

describe('a sign-in at Entra', () => {
  test('stores the enrolment in the directory, and only a check of the enrolled face adds the claims, once', async () => {
    await backend.enrol(ada.id, pictures.person[0]);
    expect(ada.extensions[attribute]).toMatch(/^.{100,256}$/);
    expect(await signIn(app, ada.id)).toEqual(unverified);

    expect(await backend.checkFace(ada.id, pictures.stranger)).toBe('failed');
    expect(await signIn(app, ada.id)).toEqual(unverified);

    expect(await backend.checkFace(ada.id, pictures.person[1])).toBe('passed');
    expect(await signIn(app, grace.id)).toEqual(unverified);
    expect(await signIn(app, ada.id)).toEqual({
      face_verified: 'true',
      face_verified_at: expect.stringMatching(/^\d{10}$/),
      face_methods: ['face'],
    });
    expect(await signIn(app, ada.id)).toEqual(unverified);
  });
});

describe('an outage', () => {
  test('of Entra’s keys at startup adds no claims and refuses no sign-in, unless the policy denies', async () => {
    expect(await backend.checkFace(ada.id, pictures.person[1])).toBe('passed');
    await service.stop();
    entra.fail('keys', { status: 503 });
    service = await forFile(startService(env));
    expect(await signIn(app, ada.id)).toEqual(unverified);
    await expect(signIn(strictApp, ada.id)).rejects.toMatchObject({ code: 1003002 });
    entra.heal('keys');
    // The keys may come too late for the first call, and are there for a later one.
    let faces = await signIn(app, ada.id);
    for (let calls = 0; calls < 20 && faces.face_verified !== 'true'; calls++) faces = await signIn(app, ada.id);
    expect(faces).toMatchObject({ face_verified: 'true' });
  });
});
