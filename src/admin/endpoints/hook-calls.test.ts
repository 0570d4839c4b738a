import { beforeEach, expect, test } from '@jest/globals';
import { providers } from '../../../adapters/index.js';
import { startEntraSimulator } from '../../../simulators/entra/index.js';
import { startOktaSimulator } from '../../../simulators/okta/index.js';
import { findHook } from '../../../simulators/onelogin/account.js';
import { startOneLoginSimulator } from '../../../simulators/onelogin/index.js';
import { administer } from '../../../support/benches/administration.js';
import { emptySetup } from '../../../support/fakes/upkeep.js';
import { createFolder } from '../../../support/run/folder.js';
import { forFile } from '../../../support/run/for-file.js';
import { adminKey, startApiServer } from '../../../support/servers/api-server.js';
import { attachHook } from '../../../support/servers/okta-hooks.js';
import { loadSetup, type Setup } from '../../connections/setup.js';
import type { Fetch } from '../../core/ports.js';
import { connectionAdditions, sections } from '../../extensions/index.js';
import { collectChecks } from '../operations/doctor.js';

/* The configuration says enforce in every test. Every screen reports if the provider does not call the hooks. */

const hookSecret = 'Bearer a-secret-of-the-tests-0123456789';
let dataFolder: string;
let server: Awaited<ReturnType<typeof startApiServer>>;
let setup: Setup;
const okta = await forFile(startOktaSimulator({}));
const entra = await forFile(startEntraSimulator({}));
const onelogin = await forFile(startOneLoginSimulator());
beforeEach(async () => {
  dataFolder = createFolder('hook-calls');
  setup = emptySetup();
  server = await startApiServer({ setup: () => setup });
});

const publicUrl = 'https://face.example.com';
const reach: Fetch = (url, init) => (url.startsWith(entra.url) ? entra.fetch(url, init) : fetch(url, init));

/** Configures one connection, named like its provider. */
async function configure(kind: 'okta' | 'entra' | 'onelogin', settings: object): Promise<void> {
  const connections = [{ id: kind, kind, policy: { mode: 'enforce' }, [kind]: settings }];
  const { clock, random, log } = server.deps;
  setup = await loadSetup(providers, {
    sections,
    additions: connectionAdditions,
    clock,
    random,
    log,
    env: { FACESTEP_CONFIG: 'of the test' },
    readFile: async () => JSON.stringify({ dataFolder, publicUrl, connections }),
    onSecretUsed: () => {},
    fetch: reach,
  });
}

/** Sets the connection up at its provider. */
async function provision(): Promise<void> {
  const adapter = await setup.connections[0]!.createAdapter(publicUrl);
  const { steps } = await adapter.createProvisioning();
  for (const step of steps) if (['missing', 'different'].includes((await step.inspect()).state)) await step.apply();
}

async function examine() {
  const deps = { ...server.deps, fetch: reach };
  const { checks } = await collectChecks({ setup, connection: setup.connections[0]!, switched: null }, deps);
  return checks.find(({ title }) => title === 'Mode')!.run();
}

/** Returns what the commands, the doctor and the API say, after the held reading has ended. */
async function readScreens(id: string) {
  server.clock.advanceSec(60);
  const { body } = await server.send('GET', `/connections/${id}/mode`, { headers: { 'x-admin-key': adminKey } });
  return {
    api: body.mode as { readonly hookCalls: { readonly hooks: readonly { readonly hook: string }[] } },
    status: (await administer(server, ['status'])).printed.join('\n'),
    doctor: await examine(),
  };
}

/** Expects every screen to say that this hook is called only in part. */
async function expectPartly(id: string, hook: string, details: string): Promise<void> {
  const { api, status, doctor } = await readScreens(id);
  expect(api.hookCalls.hooks.find((each) => each.hook === hook)).toMatchObject({ state: 'partly' });
  const said = `hook ${hook}: called only in part by the provider: ${details}`;
  expect(status).toMatch(/enforce; /);
  for (const line of [status, doctor.found]) expect(line).toContain(said);
  expect(doctor.verdict).toBe('warn');
}

/** Expects every screen to say that this hook refuses no one. */
async function expectNotCalled(id: string, hook: string, reason: RegExp): Promise<void> {
  const { api, status, doctor } = await readScreens(id);
  expect(api).toMatchObject({ inForce: 'enforce', hookCalls: { readAt: expect.any(String) } });
  expect(api.hookCalls.hooks.find((each) => each.hook === hook)).toMatchObject({
    state: 'not_called',
    reason: expect.stringMatching(reason),
  });
  const said = `hook ${hook}: not called by the provider, so it refuses no one: `;
  expect(status).toContain(`enforce; `);
  expect(status).toContain(said);
  expect(status).toMatch(reason);
  expect(doctor).toMatchObject({ verdict: 'warn', found: expect.stringContaining(said) });
  const word = expect.stringContaining(said);
  expect(await findTask(id)).toMatchObject({ code: 'hook_not_called', urgency: 'now', words: word });
}

/** Returns the task that a hook is not called, as the home screen lists it after a reading. */
async function findTask(id: string) {
  server.clock.advanceSec(300);
  const read = async () => {
    const { body } = await server.send('GET', '/to-do', { headers: { 'x-admin-key': adminKey } });
    const items = body.items as { readonly code: string; readonly connection: string | null }[];
    return items.find(({ code, connection }) => code === 'hook_not_called' && connection === id);
  };
  await read();
  // The first reply does not wait for the reading, which this request shares.
  await server.send('GET', `/connections/${id}/mode`, { headers: { 'x-admin-key': adminKey } });
  return read();
}

test('every screen reports whether Okta calls the hooks, and reads it again after 60 s', async () => {
  await configure('okta', okta.toSettings(hookSecret));
  const channel = { type: 'HTTP', header: 'authorization', secret: hookSecret } as const;
  const { id } = await attachHook(okta, { kind: 'token', uri: `${publicUrl}/hooks/okta/token`, channel });
  expect(await findTask('okta')).toBeUndefined();
  const { api, status } = await readScreens('okta');
  expect(status).toContain(
    'enforce; hook events: not called by the provider, so enrolments of deactivated users stay valid until',
  );
  const called = { hook: 'token', state: 'called', where: ['rule "Default rule" of "Default Policy"'] };
  expect(api.hookCalls.hooks).toContainEqual(expect.objectContaining(called));
  okta.org.hooks.get(id)!.status = 'INACTIVE';
  expect((await administer(server, ['status'])).printed.join('\n')).toBe(status);
  await expectNotCalled('okta', 'token', /is not active/);
});

test('every screen reports whether OneLogin calls the hook, and for which users', async () => {
  const facePolicyId = onelogin.addPolicy({ name: 'Face', factors: ['trusted_idp'] });
  const settings = {
    ...onelogin.toSettings('a-secret-that-onelogin-signs-with-0123456789', facePolicyId),
    pilotRole: 17,
  };
  await configure('onelogin', settings);
  await provision();
  await expectPartly('onelogin', 'pre-authentication', 'only for members of the role 17 (read ');
  const hook = findHook(onelogin.account, 'pre-authentication')!;
  hook.settings = { ...hook.settings, conditions: [] };
  expect((await readScreens('onelogin')).doctor).toMatchObject({ verdict: 'pass', found: 'enforce' });
  hook.settings = { ...hook.settings, disabled: true };
  await expectNotCalled('onelogin', 'pre-authentication', /is disabled/);
});

test('without the permission, every screen says that it is not known, and what the permission is', async () => {
  await configure('entra', entra.toSettings(entra.addDaemon(['User.ReadWrite.All'])));
  const { status, doctor } = await readScreens('entra');
  const said = 'hook token-issuance-start: not known if the provider calls it, because the provider does not show it';
  for (const line of [status, doctor.found]) {
    expect(line).toContain(said);
    expect(line).toContain('CustomAuthenticationExtension.Read.All');
  }
  expect(doctor.verdict).toBe('warn');
});
