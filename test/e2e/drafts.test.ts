import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { z } from 'zod';
import { type Service, startService } from '../../examples/demo/service.js';
import { draftReply } from '../../src/drafts/replies.js';
import { createFolder } from '../../support/run/folder.js';
import { modelsFolder } from '../../support/run/paths.js';
import { startCompany } from '../../support/servers/operated-server.js';

/* Changes of the configuration over the API: a draft, its problems, its activation, and the way back. */

const adminKey = `fsa_${'k'.repeat(32)}`;
const refusalGuard = z.looseObject({ code: z.string() });
const top = createFolder('drafts');
let folders = 0;
let folder: string;
const services: Service[] = [];
const configFile = () => `${folder}.json`;
beforeEach(() => {
  folder = join(top, String(++folders));
});
afterEach(async () => {
  for (const service of services.splice(0)) await service.stop();
});

const hookSecret = 'a-secret-in-the-file-0123456789';
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const okta = {
  orgUrl: 'http://127.0.0.1:9',
  auth: { kind: 'api_token', token: 't' },
  hooks: { secret: { value: hookSecret } },
};
const clientSecret = 'a-secret-of-the-application-0123456789';
const client = {
  kind: 'relying_party',
  id: 'app',
  secret: clientSecret,
  redirectUris: ['https://app.example.com/back'],
};

const toConfig = (settings: object) => ({
  publicUrl: 'https://face.example.com',
  modelsFolder,
  adminKey,
  verifier: { kind: 'embedded', workers: 1 },
  connections: [
    { kind: 'okta', policy: { mode: 'shadow', freshnessSec: 120 }, id: 'work', okta, oidc: { clients: [client] } },
  ],
  ...settings,
});

const newShop = {
  connection: 'shop',
  provider: 'okta',
  values: { 'okta.orgUrl': 'http://127.0.0.1:9', 'okta.auth.clientId': '0oa1example', 'okta.auth.keyId': 'k1' },
  secrets: {
    'okta.auth.privateKey': String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    'okta.hooks.secret.value': hookSecret,
  },
};
const depot = {
  provider: 'scim',
  values: { 'scim.baseUrl': 'http://127.0.0.1:9' },
  secrets: { 'scim.auth.token': 'a-bearer-token-9876543210' },
};

async function start(settings: object = { configurationFolder: `${folder}-versions` }, data = folder) {
  if (services.length === 0) writeFileSync(configFile(), JSON.stringify(toConfig(settings), null, 2));
  const env = {
    PORT: '0',
    FACESTEP_DATA: data,
    FACESTEP_CONFIG: configFile(),
    FACESTEP_API_SECRET_HR: 'a-bearer-token-0123456789',
  };
  const service = await startService(env, `${data}.log`);
  services.push(service);
  return async (path: string, fields?: object) => {
    const headers = { 'content-type': 'application/json', 'x-admin-key': adminKey };
    const sent = fields === undefined ? {} : { method: 'POST', body: JSON.stringify(fields) };
    const response = await fetch(`${service.url}/v1${path}`, { headers, ...sent });
    const body: unknown = await response.json();
    const read = draftReply.safeParse(body);
    return { body, code: refusalGuard.safeParse(body).data?.code ?? null, state: read.data ?? null };
  };
}

const read = '/configuration/draft';
const save = '/configuration/draft/save';
const apply = '/configuration/draft/apply';
const rule = { name: 'Pilot', when: { groups: ['pilot'] }, mode: 'enforce', whenUnknown: 'policy' };
const policy = (changes: object = {}) => JSON.stringify({ mode: 'shadow', freshnessSec: 120, ...changes });
const change = (settings: string, revision?: number, section = 'policy') => ({
  connection: 'work',
  section,
  settings,
  revision,
});
const modesOf = (text: string): unknown => JSON.parse(text).connections[0].policy;

test('a draft shows its changes, becomes active with a reason, and an earlier version can be restored', async () => {
  const call = await start();
  const before = readFileSync(configFile(), 'utf8');
  const saved = (await call(save, change(policy({ rules: [rule] })))).state;
  expect(saved?.draft).toMatchObject({
    revision: 1,
    isOutdated: false,
    problems: [],
    changes: [{ path: 'work.policy.rules', before: null, after: JSON.stringify([rule]) }],
  });
  expect(readFileSync(configFile(), 'utf8')).toBe(before);

  const applied = (await call(apply, { revision: 1, reason: 'pilot group' })).state;
  expect(applied).toMatchObject({ draft: null, file: { notLoaded: null } });
  expect(applied?.versions).toMatchObject([
    { number: 2, by: 'owner', reason: 'pilot group', isActive: true },
    { number: 1, by: 'file', isActive: false },
  ]);
  const after = readFileSync(configFile(), 'utf8');
  expect(modesOf(after)).toEqual({ mode: 'shadow', freshnessSec: 120, rules: [rule] });
  // Order and secrets of the file remain.
  expect(after.replace(/,\s+"rules": \[[\s\S]*?\n {8}\]/, '')).toBe(before);
  const { body } = await call('/connections/work/rules');
  expect(body).toMatchObject({ rules: [{ name: 'Pilot', mode: 'enforce' }] });

  const restored = (
    await call('/configuration/versions/restore', { number: 1, digest: applied?.file.digest, reason: 'too early' })
  ).state;
  expect(restored?.versions.map(({ number, isActive }) => [number, isActive])).toEqual([
    [3, true],
    [2, false],
    [1, false],
  ]);
  expect(restored?.versions[0]).toMatchObject({ reason: 'too early' });
  expect(readFileSync(configFile(), 'utf8')).toBe(before);
  expect((await call('/connections/work/rules')).body).toMatchObject({ rules: [] });
});

test('secrets of the file are never shown, are kept by their mask, and are not written as text', async () => {
  const call = await start();
  const shown = (await call(read)).state?.file.connections[0];
  expect(JSON.stringify(shown)).not.toContain('secret-of-the-application');
  expect(JSON.parse(shown?.oidc ?? '')).toEqual({ clients: [{ ...client, secret: { unchanged: true } }] });
  const withUri = { ...client, secret: { unchanged: true }, redirectUris: ['https://app.example.com/other'] };
  const kept = await call(save, change(JSON.stringify({ clients: [withUri] }), undefined, 'oidc'));
  expect(kept.state?.draft).toMatchObject({ problems: [], changes: [{ path: 'work.oidc.clients.0.redirectUris.0' }] });
  await call(apply, { revision: 1, reason: 'new address' });
  const file = JSON.parse(readFileSync(configFile(), 'utf8'));
  expect(file.connections[0].oidc.clients[0]).toEqual({ ...withUri, secret: clientSecret });

  const typed = JSON.stringify({ clients: [{ ...withUri, secret: 'another-secret-0123456789-0123456789' }] });
  expect((await call(save, change(typed, undefined, 'oidc'))).code).toBe('draft_secret');
  // A draft must not read what this server can read into what it shows, such as a warning about a rule.
  const stolen = { ...rule, when: { applications: [{ file: configFile() }] }, liveness: 'light' };
  expect((await call(save, change(policy({ rules: [stolen, stolen] })))).code).toBe('draft_secret');
  expect((await call(read)).state?.draft).toBeNull();
});

test('problems name the setting: a rule twice, an unknown network, a wrong range, and text that is not JSON', async () => {
  const call = await start();
  const wrong = policy({
    rules: [rule, { ...rule, name: 'pilot' }, { ...rule, name: 'Office', when: { networks: ['office'] } }],
    networks: { home: ['2001:db8::/80'] },
  });
  const { state } = await call(save, change(wrong));
  expect(state?.draft?.problems.map(({ path }) => path).toSorted()).toEqual([
    'connections.0 (work).policy.networks.home.0',
    'connections.0 (work).policy.rules.1.name',
    'connections.0 (work).policy.rules.2.when.networks',
  ]);
  expect((await call(apply, { revision: 1, reason: 'wrong' })).code).toBe('config_invalid');
  expect((await call(save, change('{"mode": ', 1))).body).toMatchObject({
    code: 'request_malformed',
    field: 'settings',
    reason: 'The text is not a JSON object.',
  });
});

test('a second owner sees the change of the first; a file that was changed by hand is not overwritten', async () => {
  const call = await start();
  await call(save, change(policy({ freshnessSec: 60 })));
  expect((await call(save, change(policy()))).code).toBe('draft_changed');
  const second = (await call(read)).state?.draft;
  expect(second).toMatchObject({ revision: 1, by: 'owner' });
  expect((await call(save, change(policy({ freshnessSec: 30 }), 1))).state?.draft?.revision).toBe(2);
  expect((await call(apply, { revision: 1, reason: 'stale' })).code).toBe('draft_changed');

  const file = JSON.parse(readFileSync(configFile(), 'utf8'));
  const work = { ...file.connections[0], policy: { ...file.connections[0].policy, freshnessSec: 90 } };
  writeFileSync(configFile(), JSON.stringify({ ...file, stopDelaySec: 1, connections: [work] }));
  expect((await call(read)).state?.draft?.isOutdated).toBe(true);
  // Another section does not make the outdated one current.
  const clients = JSON.stringify({ clients: [{ ...client, secret: { unchanged: true } }] });
  expect((await call(save, change(clients, 2, 'oidc'))).state?.draft?.isOutdated).toBe(true);
  expect((await call(apply, { revision: 3, reason: 'by hand meanwhile' })).code).toBe('draft_outdated');
  const { state } = await call(save, change(policy({ freshnessSec: 30 }), 3));
  expect(state?.draft).toMatchObject({ isOutdated: false, changes: [{ before: '90', after: '30' }] });
  const both = await Promise.all([apply, apply].map((path) => call(path, { revision: 4, reason: 'compared' })));
  expect(both.filter(({ code }) => code === null)).toHaveLength(1);
  expect(JSON.parse(readFileSync(configFile(), 'utf8'))).toMatchObject({ stopDelaySec: 1 });
});

test('a section that equals the file is dropped from the draft, and only a section that differs is named as outdated', async () => {
  const call = await start();
  await call(save, change(policy({ freshnessSec: 60 })));
  const file = JSON.parse(readFileSync(configFile(), 'utf8'));
  const editByHand = (settings: object) => {
    const [work] = file.connections;
    const connections = [{ ...work, policy: { ...work.policy, ...settings } }];
    writeFileSync(configFile(), JSON.stringify({ ...file, connections }));
  };
  editByHand({ freshnessSec: 60 });
  const same = await call(read);
  expect(same.state?.draft).toMatchObject({ revision: 1, isOutdated: false, sections: [], changes: [] });
  const clients = JSON.stringify({ clients: [{ ...client, id: 'other', secret: { seal: clientSecret } }] });
  const both = await call(save, change(clients, 1, 'oidc'));
  expect(both.state?.draft?.sections).toMatchObject([{ section: 'oidc', isOutdated: false }]);
  editByHand({ freshnessSec: 90 });
  expect((await call(read)).state?.draft).toMatchObject({
    isOutdated: true,
    sections: [
      { section: 'policy', isOutdated: true },
      { section: 'oidc', isOutdated: false },
    ],
  });
});

test('a draft for a connection that is gone is shown with its problem, and can be discarded', async () => {
  const call = await start();
  await call(save, change(policy({ freshnessSec: 60 })));
  const file = JSON.parse(readFileSync(configFile(), 'utf8'));
  writeFileSync(configFile(), JSON.stringify({ ...file, connections: [{ ...file.connections[0], id: 'renamed' }] }));
  const { state } = await call(read);
  expect(state?.draft).toMatchObject({ revision: 1, isOutdated: true, problems: [{ path: 'connections' }] });
  expect((await call('/configuration/draft/discard', { revision: 1 })).state?.draft).toBeNull();
});

test('a version is shown as active only if this server loaded it, and a manual switch is shown next to the file', async () => {
  const call = await start();
  await call(save, change(policy({ freshnessSec: 60 })));
  const applied = await call(apply, { revision: 1, reason: 'shorter' });
  expect(applied.state).toMatchObject({ file: { switched: [] }, versions: [{ isActive: true }, { isActive: false }] });
  await call('/connections/work/mode', { mode: 'enforce', isSure: true });
  writeFileSync(configFile(), readFileSync(configFile(), 'utf8').replace('"publicUrl"', '"publikUrl"'));
  const { state } = await call(read);
  expect(state).toMatchObject({ file: { switched: ['work'] }, versions: [{ isActive: true }, { isActive: false }] });
});

test('a draft that refuses everyone needs a confirmation; checks that nothing can start, and unknown groups, are problems', async () => {
  const company = await startCompany();
  const [connection] = company.toConnections('shadow');
  const connections = [
    { ...connection, id: 'work', oidc: { clients: [client] } },
    { ...connection, id: 'closed' },
  ];
  const call = await start({ configurationFolder: `${folder}-versions`, connections });
  const strict = JSON.stringify({ mode: 'shadow', rules: [{ ...rule, when: {}, whenUnknown: undefined }] });
  await call(save, change(strict));
  const asked = { revision: 1, reason: 'everyone' };
  expect((await call(apply, asked)).code).toBe('nobody_can_pass');
  expect((await call(apply, { ...asked, isSure: true })).code).toBeNull();
  const enforced = await call(save, { ...change('{"mode":"enforce"}'), connection: 'closed' });
  expect(enforced.state?.draft?.problems).toMatchObject([{ path: 'closed.policy' }]);
  const misspelled = { ...rule, mode: 'shadow', when: { groups: ['Fase pilot'] } };
  const shadow = JSON.stringify({ mode: 'shadow', rules: [misspelled] });
  const revision = enforced.state?.draft?.revision;
  const unknown = await call(save, { ...change(shadow, revision), connection: 'closed' });
  expect(unknown.state?.draft?.problems).toMatchObject([{ path: 'closed.policy.rules.0.when.groups' }]);
  const wrong = JSON.stringify({ 'okta.auth.token': { seal: 'not-the-token-of-the-org' } });
  const refused = (await call(save, change(wrong, unknown.state?.draft?.revision, 'secrets'))).state?.draft;
  expect(refused?.problems[1]).toMatchObject({ path: 'work.okta', reason: expect.stringContaining('credentials') });
  expect((await call(apply, { ...asked, revision: refused?.revision })).code).toBe('config_invalid');
});

test.each([
  ['if the folder of versions cannot be written', { configurationFolder: `${top}/a-file` }],
  ['without configurationFolder', {}],
])('%s, a draft is shown as text to copy, and the server does not write its file', async (_, settings) => {
  writeFileSync(`${top}/a-file`, 'a file, not a folder');
  const call = await start(settings);
  const before = readFileSync(configFile(), 'utf8');
  const { state } = await call(save, change(policy({ freshnessSec: 60 })));
  const draft = { problems: [], sections: [{ section: 'policy' }] };
  expect(state).toMatchObject({ file: { isWritable: false }, draft });
  expect((await call(apply, { revision: 1, reason: 'try' })).code).toBe('configuration_read_only');
  expect(readFileSync(configFile(), 'utf8')).toBe(before);
  expect((await call('/configuration/draft/discard', { revision: 1 })).state?.draft).toBeNull();
});

test('another server with the same file follows; a file that cannot be loaded is reported, and the last one serves on', async () => {
  const call = await start();
  const other = await start(undefined, `${folder}-other`);
  const pause = () => new Promise((resolve) => setTimeout(resolve, 250));
  const rulesOf = async () =>
    z.object({ rules: z.array(z.unknown()) }).parse((await other('/connections/work/rules')).body);
  await call(save, change(policy({ rules: [rule] })));
  await call(apply, { revision: 1, reason: 'pilot group' });
  while ((await rulesOf()).rules.length !== 1) await pause();

  writeFileSync(configFile(), readFileSync(configFile(), 'utf8').replace('"publicUrl"', '"publikUrl"'));
  while ((await other(read)).state?.file.notLoaded == null) await pause();
  expect((await rulesOf()).rules).toHaveLength(1);
  const open = await fetch(`${services[1]?.url}/v1/to-do`, { headers: { 'x-admin-key': adminKey } });
  expect(await open.json()).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ code: 'configuration_not_loaded', urgency: 'now' })]),
  });
});

test('a draft gives no new connection the id of another one of the file or of a kept version', async () => {
  const people = {
    kind: 'scim',
    id: 'people',
    policy: { mode: 'shadow' },
    scim: {
      baseUrl: 'https://idp.example.com/scim',
      auth: { kind: 'bearer', token: { env: 'FACESTEP_API_SECRET_HR' } },
    },
  };
  const connections = [...toConfig({}).connections, people];
  const call = await start({ configurationFolder: `${folder}-versions`, connections });
  const connect = async (connection: string) => {
    const { state } = await call(read);
    const revision = state?.draft?.revision;
    return (await call('/configuration/draft/connect', { ...depot, revision, connection })).code;
  };
  expect([await connect('people'), await connect('depot')]).toEqual(['name_taken', null]);
  const applied = (await call(apply, { revision: 1, reason: 'a new provider' })).state;
  const { digest } = applied?.file ?? {};
  expect((await call('/configuration/versions/restore', { number: 1, digest, reason: 'too early' })).code).toBeNull();
  expect(await connect('depot')).toBe('name_taken');
});

test('a wrong value of a new connection is a problem; its check leaves out the hooks that the server does not have yet', async () => {
  const call = await start();
  const connect = async (values: object, revision?: number) =>
    (await call('/configuration/draft/connect', { ...newShop, values: { ...newShop.values, ...values }, revision }))
      .state?.draft?.problems;
  const wrong = await connect({ 'okta.orgUrl': 'not an address?' });
  expect(wrong).toMatchObject([{ path: 'connections.1 (shop).okta.orgUrl' }]);
  expect(await connect({}, 1)).toEqual([]);
  const check = async (connection: string) =>
    (await call('/configuration/draft/check', { revision: 2, connection })).body;
  const hooks = { findings: expect.arrayContaining([expect.objectContaining({ title: 'Hooks' })]) };
  const provider = { findings: expect.arrayContaining([expect.objectContaining({ title: 'Profile attribute' })]) };
  const shop = await check('shop');
  expect(shop).not.toMatchObject(hooks);
  expect(shop).toMatchObject(provider);
  expect(await check('work')).toMatchObject(hooks);
});

test('the secrets of a connection name the variable that the file refers to', async () => {
  const env = { env: 'FACESTEP_API_SECRET_HR' };
  const [work] = toConfig({}).connections;
  const call = await start({ connections: [{ ...work, okta: { ...okta, hooks: { secret: { value: env } } } }] });
  const { body } = await call('/connections/work/secrets');
  expect(body).toMatchObject({
    secrets: [{ setting: 'okta.hooks.secret.value', reference: env }],
    others: [{ setting: 'okta.auth.token', reference: null }],
  });
  writeFileSync(configFile(), JSON.stringify(toConfig({})));
  expect((await call('/connections/work/secrets')).body).toMatchObject({ secrets: [{ reference: null }] });
});

test('a stated secret is sealed in the file for its own setting, with the former one, and opens after a restart', async () => {
  const call = await start();
  const secrets = (value: object, revision?: number) => change(JSON.stringify(value), revision, 'secrets');
  expect((await call(save, secrets({ 'okta.auth.token': 'typed' }))).code).toBe('draft_secret');
  expect((await call(save, secrets({ 'okta.auth.token': null }))).code).toBe('draft_secret');
  expect((await call(save, secrets({ 'okta.hooks.previousSecret': { seal: 'without-an-end-0123456789' } }))).code).toBe(
    'draft_secret',
  );
  const copied = { sealed: { version: 1, nonce: 'AA', sealed: 'AA', by: 'ada', at: '2026-11-30T00:00:00Z' } };
  expect((await call(save, secrets({ 'okta.auth.token': copied }))).code).toBe('draft_secret');
  for (const setting of ['okta.orgUrl', 'oidc.clients.0.secret'])
    expect((await call(save, secrets({ [setting]: { seal: 'x'.repeat(40) } }))).code).toBe('draft_secret');
  const stated = {
    'okta.hooks.secret.value': { seal: ' another-hook-secret-0123456789\n' },
    'okta.hooks.previousSecret': { formerDays: 7 },
  };
  const [first, second] = Object.entries(stated).map(([setting, each]) => ({ [setting]: each }));
  await call(save, secrets(first!));
  const saved = await call(save, secrets(second!, 1));
  const changes = ['{"unchanged":true}', null].map((before) => ({ before, after: '"set by owner"' }));
  expect(saved.state?.draft).toMatchObject({ problems: [], changes });
  expect(JSON.stringify(saved.body)).not.toMatch(/hook-secret|nonce/);
  await call(apply, { revision: 2, reason: 'rotation' });
  const file = JSON.parse(readFileSync(configFile(), 'utf8'));
  const { hooks, auth } = file.connections[0].okta;
  expect(hooks.previousSecret.sealed).toMatchObject({ by: 'owner' });
  expect(JSON.stringify(file)).not.toMatch(/another-hook-secret|secret-in-the-file/);
  await services.splice(0)[0]?.stop();
  services.push({ url: '', stop: async () => {} } as Service);
  const again = await start();
  const reply = await again('/connections/work/secrets');
  const { until } = hooks.previousSecret.sealed;
  expect(reply.body).toMatchObject({
    secrets: [
      { isPreviousTaken: true, reference: { sealed: { by: 'owner' } }, previousReference: { sealed: { until } } },
    ],
  });
  const ending = (await again(save, secrets({ 'okta.hooks.previousSecret': null }))).state?.draft;
  await again(apply, { revision: ending?.revision, reason: 'ended' });
  const ended = JSON.parse(readFileSync(configFile(), 'utf8'));
  expect(ended.connections[0].okta.hooks).toEqual({ secret: hooks.secret });
  ended.connections[0].okta.auth = { ...auth, token: hooks.secret.value };
  writeFileSync(configFile(), JSON.stringify(ended));
  const moved = (await again(read)).state?.file;
  expect(moved?.connections).toEqual([]);
});

test('own pages, recovery and the provider are changed in a draft; a secret of the provider follows no other address', async () => {
  const call = await start();
  const unchanged = { unchanged: true };
  const hidden = { auth: { kind: 'api_token', token: unchanged }, hooks: { secret: { value: unchanged } } };
  const provider = { ...okta, ...hidden, attribute: 'otherToken' };
  expect((await call(read)).state?.file.connections).toMatchObject([{ me: null, recovery: null }]);
  await call(save, change('{}', undefined, 'me'));
  await call(save, change('{"mode":"evaluation"}', 1, 'recovery'));
  const elsewhere = JSON.stringify({ ...provider, orgUrl: 'https://elsewhere.okta.example' });
  expect((await call(save, change(elsewhere, 2, 'provider'))).code).toBe('draft_secret');
  const saved = await call(save, change(JSON.stringify(provider), 2, 'provider'));
  const changes = ['me', 'recovery.mode', 'okta.attribute'].map((path) => ({ path: `work.${path}` }));
  expect(saved.state?.draft).toMatchObject({
    problems: [],
    changes,
    warnings: [expect.stringContaining('work.okta: '), expect.stringContaining('former attribute')],
  });
  const secret = JSON.stringify({ 'okta.auth.token': { seal: 'another-token' } });
  expect((await call(save, change(secret, 3, 'secrets'))).code).toBe('draft_secret');
  expect((await call(apply, { revision: 3, reason: 'own pages' })).code).toBeNull();
  const [work] = JSON.parse(readFileSync(configFile(), 'utf8')).connections;
  expect(work).toMatchObject({ me: {}, recovery: { mode: 'evaluation' }, okta: { ...okta, attribute: 'otherToken' } });
});

test('settings of no connection are changed in a draft; a kept secret is not sent to another address', async () => {
  const call = await start();
  const settings = JSON.parse((await call(read)).state?.file.server ?? '');
  expect(settings).toEqual({ publicUrl: 'https://face.example.com' });
  const toServer = (value: object, revision?: number) => ({
    connection: '',
    section: 'server',
    settings: JSON.stringify({ ...settings, ...value }),
    revision,
  });
  const hook = { id: 'crm', url: 'https://crm.example.com/events', events: ['mode.changed'] };
  const seal = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const added = await call(save, toServer({ webhooks: [{ ...hook, secret: { seal } }] }));
  expect(added.state?.draft?.problems).toEqual([]);
  const kept = { ...hook, secret: { unchanged: true } };
  const elsewhere = { ...kept, url: 'https://elsewhere.example.com' };
  expect((await call(save, toServer({ webhooks: [elsewhere] }, 1))).code).toBe('draft_secret');
  expect((await call(save, toServer({ webhooks: [kept] }, 1))).state?.draft?.problems).toEqual([]);
  await call(apply, { revision: 2, reason: 'a receiver' });
  const sealedUrl = { ...kept, url: { seal: 'https://elsewhere.example.com' } };
  const wrong = (await call(save, toServer({ webhooks: [sealedUrl] }))).state?.draft;
  expect(wrong?.problems).toEqual([{ path: 'webhooks.0.url', reason: 'is no secret' }]);
  const { revision } = wrong ?? {};
  expect((await call(apply, { revision, reason: 'elsewhere' })).code).toBe('config_invalid');
  await call('/configuration/draft/discard', { revision });
  expect((await call(save, toServer({ webhooks: [elsewhere] }))).code).toBe('draft_secret');
  const moved = await call(save, toServer({ publicUrl: 'https://elsewhere.example.com' }));
  expect(moved.state?.draft?.problems).toMatchObject([{ path: 'publicUrl' }]);
  expect((await call(save, toServer({ adminKey: 'mine' }))).body).toMatchObject({ field: 'settings' });
});
