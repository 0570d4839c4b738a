import { describe, expect, test } from '@jest/globals';
import { createOneloginConnectionGuard } from '../../adapters/onelogin/config.js';
import { createOneLoginProvisioning } from '../../adapters/onelogin/provision.js';
import { connectBackend } from '../../examples/demo/backend.js';
import { loadPictures } from '../../examples/demo/pictures.js';
import { startService } from '../../examples/demo/service.js';
import { startOneLoginSimulator } from '../../simulators/onelogin/index.js';
import { createFolder } from '../../support/run/folder.js';
import { forFile } from '../../support/run/for-file.js';
import { configureService, serviceKey } from '../../support/servers/service-stage.js';
import { applyAll, createProcessDeps } from '../contract/bench.js';

/* The server as its own process, on real models and photos; the account and its Smart Hooks simulated, on real sockets. */

const hookSecret = 'the key that the Smart Hook signs its requests with';
const password = 'correct horse';
const factor = 'trusted_idp';

const onelogin = await forFile(startOneLoginSimulator({ graceMs: 30_000 }));
const facePolicyId = onelogin.addPolicy({ name: 'Face', factors: [factor] });
const connection = {
  id: 'workforce',
  kind: 'onelogin',
  policy: { mode: 'enforce', liveness: 'off' },
  onelogin: {
    ...onelogin.toSettings(hookSecret, facePolicyId),
    // Longer than by default: the answers are looked at here, not this machine's speed.
    timeoutSec: 5,
  },
};
const pictures = await loadPictures();
const service = await forFile(startService(configureService(createFolder('onelogin'), { connections: [connection] })));
const backend = await connectBackend(service.url, serviceKey, { connection: 'workforce', application: '959314' });
// What `facestep provision --apply` does.
const settings = createOneloginConnectionGuard([]).parse(connection);
await applyAll(createOneLoginProvisioning({ settings, publicUrl: service.url, ...createProcessDeps() }));

let users = 0;
function addUser() {
  const username = `user-${++users}@example.com`;
  return { username, id: onelogin.addUser({ username, password }) };
}
const fieldOf = (id: number) => onelogin.account.users.get(id)?.customAttributes.facestep_token ?? null;

const signIn = (identifier: string, factors: readonly string[] = []) =>
  onelogin.signIn({ identifier, password, factors });
const normally = { ok: true, policyId: 187_345, factors: [] };
const byFace = { ok: false, denied: `factor: ${factor}` };

describe('a sign-in at OneLogin', () => {
  test('uses the normal policy once after a check of the user’s enrolled face, and otherwise the face policy', async () => {
    const [person, personAgain] = pictures.person;
    const ada = addUser();
    const grace = addUser();
    await backend.enrol(String(ada.id), person);
    expect(fieldOf(ada.id)).toMatch(/^.{100,256}$/);
    expect(fieldOf(grace.id)).toBeNull();

    expect(await signIn(ada.username)).toEqual(byFace);
    expect(await backend.checkFace(String(ada.id), pictures.stranger)).toBe('failed');
    expect(await signIn(ada.username)).toEqual(byFace);

    expect(await backend.checkFace(String(ada.id), personAgain)).toBe('passed');
    expect(await signIn(grace.username)).toEqual(byFace);
    expect(await signIn(ada.username)).toMatchObject({ ...normally, userId: ada.id });
    expect(await signIn(ada.username)).toEqual(byFace);
    // The face policy is no dead end: its factor is a face check of its own.
    expect(await signIn(ada.username, [factor])).toMatchObject({ ok: true, policyId: facePolicyId });

    // The token copied into another user's field is bound to the first.
    onelogin.account.users.get(grace.id)!.customAttributes.facestep_token = fieldOf(ada.id);
    expect(await backend.checkFace(String(grace.id), personAgain)).toBe('failed');
    expect(await signIn(grace.username)).toEqual(byFace);

    expect(await backend.checkFace(String(ada.id), personAgain)).toBe('passed');
    await backend.revoke(String(ada.id));
    expect(fieldOf(ada.id)).toBeNull();
    expect(await signIn(ada.username)).toEqual(byFace);
  });
});

describe('a suspended server', () => {
  test('makes the Smart Hook select the face policy, whether OneLogin continues or denies after a failed hook', async () => {
    const ada = addUser();
    await backend.enrol(String(ada.id), pictures.person[0]);
    expect(await backend.checkFace(String(ada.id), pictures.person[1])).toBe('passed');
    service.process.kill('SIGSTOP');
    try {
      for (const whenHookFails of ['continue', 'deny'] as const) {
        onelogin.account.whenHookFails = whenHookFails;
        expect(await signIn(ada.username)).toEqual(byFace);
      }
    } finally {
      service.process.kill('SIGCONT');
      onelogin.account.whenHookFails = 'continue';
    }
    expect(onelogin.account.runs.at(-1)).toMatchObject({ failure: null });
  });
});
