import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { connectionGuards } from '../../support/data/connection-guards.js';
import { createManualClock } from '../../support/fakes/manual-clock.js';
import { policyGuard } from '../config/connection.js';
import { Credential } from '../core/secrets.js';
import { FaceError, type Json, toCode } from '../errors.js';
import { createSqliteState } from '../storage/state/sqlite.js';
import { discardDraft, readDraft, saveSection } from './draft.js';
import type { EditableSection } from './replies.js';
import { describeSections } from './schema.js';
import {
  compareFiles,
  findChanges,
  findNewPublicUrl,
  findSecretProblems,
  findSecretsOfSections,
  maskSecrets,
  readSection,
  restoreSecrets,
  serverSettings,
  writeSection,
} from './sections.js';
import { restoreLines } from './stated-secrets.js';

const secret = 'a-secret-of-the-application';
const oidc = {
  clients: [
    { id: 'app', secret, uris: ['https://a.example'] },
    { id: 'spa', uris: [] },
  ],
};
const loaded = {
  clients: [
    { id: 'app', secret: new Credential(secret), uris: ['https://a.example'] },
    { id: 'spa', uris: [] },
  ],
};
const unchanged = { unchanged: true };
const text = JSON.stringify({ port: 1, connections: [{ oidc, id: 'work', policy: { mode: 'shadow' } }] }, null, 2);

test('a text that the loaded configuration does not have as it is counts as a secret, and is masked', () => {
  const masked = { clients: [{ ...oidc.clients[0], secret: unchanged }, oidc.clients[1]] };
  expect(maskSecrets(oidc, loaded)).toEqual(masked);
  expect(JSON.stringify(maskSecrets(oidc, undefined))).not.toContain('secret-of');
  expect(maskSecrets({ secret: { env: 'NAME' } }, { secret: new Credential(secret) })).toEqual({
    secret: { env: 'NAME' },
  });
});

test('a mask stands for the secret of the client with the same id, also if the order changed', () => {
  const moved = { clients: [oidc.clients[1]!, { ...oidc.clients[0]!, secret: unchanged }] };
  expect(restoreSecrets(moved, oidc)).toEqual({ clients: [oidc.clients[1], oidc.clients[0]] });
  const foreign = { clients: [{ id: 'other', secret: unchanged }] };
  expect(() => restoreSecrets(foreign, oidc)).toThrow(expect.objectContaining({ code: 'config_invalid' }));
});

describe('secrets of a draft', () => {
  const find = (section: EditableSection, value: Json, former?: Json, loadedValue?: unknown) =>
    findSecretProblems(section, value, { former, loaded: loadedValue }).map(({ path }) => path);

  test('are refused as text; a mask is not', () => {
    expect(find('oidc', oidc)).toEqual(['clients.0.secret']);
    expect(find('server', { delivery: { url: 'smtps://user:password@mail.example:465' } })).toEqual(['delivery.url']);
    expect(find('oidc', { hidden: secret }, undefined, { hidden: new Credential(secret) })).toEqual(['hidden']);
    expect(find('oidc', { clients: [{ id: 'spa', secret: unchanged }] })).toEqual([]);
  });

  test('a variable or file is refused before it is read, unless the file names it there', () => {
    const reference = { env: 'AWS_SECRET_ACCESS_KEY' };
    const rules = [{ name: 'Pilot', when: { applications: [reference] } }];
    expect(find('policy', { organisation: reference })).toEqual(['organisation']);
    expect(find('policy', { rules })).toEqual(['rules.0.when.applications.0']);
    expect(find('oidc', { clients: [{ id: reference, secret: unchanged }] })).toEqual(['clients.0.id']);
    expect(find('policy', { organisation: reference }, { organisation: reference })).toEqual([]);
  });

  test('a kept secret of a receiver or of the source of photos is not sent to another address; a new one is', () => {
    const receiver = { id: 'crm', url: 'https://crm.example', secret: unchanged };
    const moved = { ...receiver, url: 'https://attacker.example' };
    const sealed = { sealed: { by: 'owner', at: 'now' } };
    expect(find('server', { webhooks: [{ ...receiver, events: [] }] }, { webhooks: [receiver] })).toEqual([]);
    for (const url of [moved.url, '\u0001http://attacker.example', 'attacker:x'])
      expect(find('server', { webhooks: [{ ...moved, url }] }, { webhooks: [receiver] })).toEqual(['webhooks.0']);
    expect(find('server', { webhooks: [{ ...moved, secret: sealed }] }, { webhooks: [receiver] })).toEqual([]);

    const source = (url: string, value: Json) => ({ photo: { source: { url, header: { name: 'key', value } } } });
    const former = source('https://badges.example', unchanged);
    expect(find('policy', { ...former, fallbackUrl: 'https://help.example' }, former)).toEqual([]);
    expect(find('policy', source('https://attacker.example', unchanged), former)).toEqual(['photo.source']);
    expect(find('policy', source('https://other.example', sealed), former)).toEqual([]);
  });

  test.each<[string, string, object]>([
    ['org URL', '', { orgUrl: 'https://attacker.example' }],
    ['tenant', '', { tenantId: 'another' }],
    ['endpoint in a part', '', { endpoints: { login: 'https://attacker.example' } }],
    ['token URL', 'auth', { auth: { token: unchanged, tokenUrl: 'https://attacker.example' } }],
  ])('of a provider are not kept with another %s, and are with another attribute', (_, path, changed) => {
    const former = { orgUrl: 'https://acme.example', tenantId: 'acme', auth: { token: unchanged }, attribute: 'a' };
    expect(find('provider', { ...former, ...changed }, former).slice(0, 1)).toEqual([path]);
    expect(find('provider', { ...former, attribute: 'urn:b:c' }, former)).toEqual([]);
    const stated = { auth: { token: { sealed: { by: 'owner', at: 'now' } } } };
    expect(find('provider', { ...former, ...stated, orgUrl: 'https://other.example' }, former)).toEqual([]);
  });
});

test('the schema has every setting of the guards, and marks those that the reference calls a secret', () => {
  const { server } = describeSections(undefined, connectionGuards);
  expect(Object.keys(Object(server?.properties))).toEqual([...serverSettings]);
  const found = connectionGuards.map(({ shape }) => describeSections(shape.kind.value, connectionGuards));
  for (const { policy } of found)
    expect(Object.keys(Object(policy?.properties))).toEqual(Object.keys(policyGuard.shape));
  const list = (schema: Json, path: string): string[] => {
    if (Array.isArray(schema)) return schema.flatMap((each) => list(each, path));
    if (typeof schema !== 'object' || schema === null) return [];
    const { properties, items, anyOf, oneOf, additionalProperties, description } = schema as Record<string, Json>;
    const isMarked = [schema, ...((anyOf as Json[]) ?? [])].some((each) => Object(each).writeOnly === true);
    expect([path, isMarked]).toEqual([path, String(description).startsWith('Secret.')]);
    const inner = Object.entries(Object(properties)).flatMap(([name, each]) => list(each as Json, `${path}.${name}`));
    const kinds = [anyOf, oneOf].flatMap((each) => (isMarked ? [] : list(each ?? null, path)));
    return [
      ...(isMarked ? [path] : []),
      ...inner,
      ...kinds,
      ...list(items ?? null, path),
      ...list(additionalProperties ?? null, path),
    ];
  };
  expect(list(server ?? null, 'server')).toEqual(
    expect.arrayContaining(['server.webhooks.secret', 'server.delivery.url']),
  );
  const secrets = found.flatMap((sections) => Object.entries(sections).flatMap(([name, schema]) => list(schema, name)));
  const some = ['policy.photo.source.header.value', 'oidc.clients.secret', 'me.signIn.clientSecret'];
  expect(secrets).toEqual(expect.arrayContaining([...some, 'provider.hooks.secret.value']));
  expect(() => describeSections('unknown', connectionGuards)).toThrow(expect.objectContaining({ code: 'not_found' }));
});

test('a section is written with the rest of the file as it was', () => {
  const policy = { mode: 'enforce', rules: [] };
  const written = writeSection(text, 'work', 'policy', policy);
  expect(readSection(written, 'work', 'policy')).toEqual(policy);
  expect(writeSection(written, 'work', 'policy', { mode: 'shadow' })).toBe(text);
  expect(() => writeSection(text, 'other', 'policy', policy)).toThrow(
    expect.objectContaining({ code: 'connection_unknown' }),
  );
});

test('changes are listed by setting; a list of another length is one change', () => {
  expect(findChanges({ a: 1, b: { c: [1, 2] } }, { b: { c: [1, 3] }, d: null })).toEqual([
    { path: ['a'], before: 1, after: undefined },
    { path: ['b', 'c', 1], before: 2, after: 3 },
    { path: ['d'], before: undefined, after: null },
  ]);
  expect(findChanges({}, { b: { c: 1, d: {} } })).toEqual([
    { path: ['b', 'c'], before: undefined, after: 1 },
    { path: ['b', 'd'], before: undefined, after: {} },
  ]);
  expect(findChanges({ c: [1] }, { c: [1, 2] })).toEqual([{ path: ['c'], before: [1], after: [1, 2] }]);
});

test('a draft does not set a secret apart from the section that it also changes', () => {
  const stated = { connection: 'work', value: { 'okta.auth.token': 'x', 'oidc.clients.bank.secret': 'x' } };
  expect(findSecretsOfSections(stated, ['work.okta', 'other.oidc'])).toMatchObject([{ path: 'work.okta.auth.token' }]);
});

test('a private key that a field of one line flattened has its lines again', () => {
  const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  expect(restoreLines(String(pem).trim().replaceAll('\n', ' '))).toBe(String(pem).trim());
});

test('an owner does not send the secrets of hooks to another server', () => {
  const former = { publicUrl: 'https://face.example.com' };
  expect(findNewPublicUrl({ ...former, proxyHops: 1 }, former)).toEqual([]);
  for (const value of [{}, { publicUrl: 'https://elsewhere.example' }])
    expect(findNewPublicUrl(value, former)).toMatchObject([{ path: 'publicUrl' }]);
});

test('a secret in a list, which has no names, is a problem of the draft', () => {
  const file = JSON.stringify({ connections: [{ id: 'work', oidc: { clients: [{ id: 'bank' }] } }] });
  expect(() => writeSection(file, 'work', 'secrets', { 'oidc.clients.bank.secret': 'x' })).toThrow(FaceError);
});

test('of two owners who change the same revision of a draft, one is refused', async () => {
  const clock = createManualClock();
  const deps = { state: createSqliteState({ file: ':memory:', clock }), clock };
  const section = { connection: 'work', section: 'policy', value: {}, base: 'b' } as const;
  const save = (revision: number | null) =>
    saveSection({ section, revision }, 'owner', deps).then(() => 'saved', toCode);
  expect(await Promise.all([save(null), save(null)])).toEqual(['saved', 'draft_changed']);
  expect(await save(1)).toBe('saved');
  expect(await discardDraft(1, 'owner', deps).catch(toCode)).toBe('draft_changed');
  await discardDraft(2, 'owner', deps);
  expect(await readDraft(deps)).toBeNull();
  await deps.state.close();
});

test('two files are compared setting by setting, also if a secret changed, and no secret is shown', () => {
  const work = { id: 'work', policy: { mode: 'shadow' }, oidc };
  const other = { id: 'other', policy: { mode: 'enforce' } };
  const changed = { ...work, oidc: { clients: [{ ...oidc.clients[0], secret: 'another-secret' }, oidc.clients[1]] } };
  const before = JSON.stringify({ port: 1, adminKey: secret, connections: [work] });
  const after = JSON.stringify({ port: 2, adminKey: 'another-secret', connections: [other, changed] });
  const own = { ...work, oidc: loaded };
  const changes = compareFiles(
    { text: before, config: { connections: [own] } },
    { text: after, config: { connections: [other] } },
  );
  expect(changes).toEqual([
    { path: 'port', before: '1', after: '2' },
    { path: 'adminKey', before: '…', after: '…' },
    { path: 'connections.work.oidc.clients.0.secret', before: '…', after: '…' },
    { path: 'connections.other.id', before: null, after: '"other"' },
    { path: 'connections.other.policy.mode', before: null, after: '"enforce"' },
  ]);
});
