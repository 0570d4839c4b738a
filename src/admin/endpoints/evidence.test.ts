import { beforeEach, expect, test } from '@jest/globals';
import { emptySetup } from '../../../support/fakes/upkeep.js';
import { createFolder } from '../../../support/run/folder.js';
import { type ApiServer, adminKey, startApiServer } from '../../../support/servers/api-server.js';
import { filesOf } from '../../config/data-files.js';
import type { JsonObject } from '../../core/base/json.js';
import { FaceError } from '../../errors.js';
import { createLocalKeys } from '../../storage/keys/local.js';
import { createLocalSigner } from '../../storage/keys/local-signer.js';
import { createOidcKeys } from '../../storage/keys/oidc-keys.js';

/* Keys, the last backup and the audit trail, of a real data folder. */

let dataFolder: string;
let server: ApiServer;
beforeEach(async () => {
  dataFolder = createFolder('evidence');
  const setup = emptySetup({ dataFolder });
  server = await startApiServer({ setup: () => setup });
});

const files = () => filesOf(emptySetup({ dataFolder }).config);
const owner = { 'x-admin-key': adminKey };
const post = (path: string, fields: JsonObject = {}) => server.postJson(path, fields, owner);
const get = (path: string) => server.send('GET', path, { headers: owner });
const keyDeps = () => ({ clock: server.clock, random: server.deps.random, log: server.log });

test('keys are listed and rotated, and retired only if the right number of lost tokens is confirmed', async () => {
  await createLocalKeys({ ...keyDeps(), file: files().keys });
  await createLocalSigner({ ...keyDeps(), file: files().signingKeys });
  expect((await get('/keys')).body).toMatchObject({
    kind: 'local',
    sealing: [{ version: 1, isCurrent: true, tokens: 0 }],
    signing: [{ isSigning: true }],
  });
  expect((await post('/keys/retire', { version: 1 })).body).toMatchObject({ isDone: false });
  expect((await post('/keys/rotate', { use: 'sealing' })).body).toMatchObject({ isDone: true, key: '2' });
  expect((await get('/keys')).body.sealing).toMatchObject([
    { version: 1, isCurrent: false },
    { version: 2, isCurrent: true },
  ]);
  expect((await post('/keys/retire', { version: 1 })).body).toMatchObject({ isDone: false, lost: 0 });
  expect((await post('/keys/retire', { version: 1, confirm: 3 })).body).toMatchObject({ isDone: false, lost: 0 });
  expect((await post('/keys/retire', { version: 1, confirm: 0 })).body).toMatchObject({ isDone: true });
  expect(await post('/keys/retire', { version: 1 })).toMatchObject({ status: 404 });
  expect(await post('/keys/retire')).toMatchObject({ status: 400 });
  expect((await post('/keys/rotate', { use: 'signing' })).body).toMatchObject({ isDone: true, words: [] });
  expect((await post('/keys/rotate', { use: 'signing' })).body).toMatchObject({ isDone: false, key: null });
  expect((await post('/keys/retire', { signing: 'none' })).body).toMatchObject({ isDone: false, lost: null });
  expect((await post('/keys/rotate', { use: 'oidc' })).body).toMatchObject({ isDone: false });
  const noted = server.audit.events.filter(({ action }) => action === 'key_rotated' || action === 'key_destroyed');
  expect(noted.map(({ action, detail }) => ({ action, ...detail }))).toMatchObject([
    { action: 'key_rotated', use: 'sealing', name: '2', by: 'owner' },
    { action: 'key_destroyed', use: 'sealing', name: '1', by: 'owner' },
    { action: 'key_rotated', use: 'signing', by: 'owner' },
  ]);
});

test.each(['sealing', 'signing', 'oidc'] as const)(
  'no %s key is created without an audit record of the administrator',
  async (use) => {
    await createLocalKeys({ ...keyDeps(), file: files().keys });
    await createLocalSigner({ ...keyDeps(), file: files().signingKeys });
    await createOidcKeys({ ...keyDeps(), file: files().oidcKeys });
    const { append } = server.audit;
    server.audit.append = () => Promise.reject(new FaceError('state_unavailable'));
    expect((await post('/keys/rotate', { use })).body.code).toBe('state_unavailable');
    expect((await get('/keys')).body[use]).toHaveLength(1);
    server.audit.append = append;
    expect((await post('/keys/rotate', { use })).body.isDone).toBe(true);
    expect((await get('/keys')).body[use]).toHaveLength(2);
    expect(server.audit.events.map(({ action }) => action)).toEqual(['key_rotated']);
  },
);
