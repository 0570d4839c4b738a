import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { providers } from '../../adapters/index.js';
import { resolveReferences } from '../config/references.js';
import { connectionAdditions } from '../extensions/index.js';
import { toNewConnection, toVariable } from './connect.js';
import { readSection, writeSection } from './sections.js';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const secretOf = (kind: string, name: string): string =>
  kind === 'okta' && name.startsWith('FACESTEP_API_SECRET') ? privateKey : `${name}-0123456789abcdef`;

test.each(providers.map((provider) => [provider.kind, provider] as const))(
  'a connection of the kind %s with the example of each field is valid, and names its secrets by its own variables',
  async (kind, { guide, createGuard }) => {
    const values = Object.fromEntries(guide.fields.map(({ setting, example }) => [setting, example]));
    const connection = toNewConnection(guide, { id: 'acme-eu', kind, values });
    const names = [...JSON.stringify(connection).matchAll(/\{"env":"([^"]+)"\}/g)].map(([, name]) => name);
    for (const [index, { variable }] of guide.secrets.entries())
      expect(names[index]).toMatch(new RegExp(`^FACESTEP_${variable}_ACME_EU_[0-9A-Z]{13}_[0-9A-Z]{12}$`));
    for (const { setting } of guide.fields) {
      const moved = { ...values, [setting]: `${values[setting]}x` };
      for (const { variable } of guide.secrets)
        expect(names).not.toContain(toVariable(variable, { id: 'acme-eu', kind, values: moved }));
    }
    const env = Object.fromEntries(names.map((name = '') => [name, secretOf(kind, name)]));
    const resolved = await resolveReferences(connection, { env, readFile: () => Promise.reject(new Error('no file')) });
    expect(createGuard(connectionAdditions).safeParse(resolved)).toMatchObject({ success: true });
    expect(connection.policy).toEqual({ mode: 'shadow' });
  },
);

test('a value that is missing, or that no field asks for, is refused with the field', () => {
  const { guide } = providers[4];
  const connect = (values: Record<string, string>) => () =>
    toNewConnection(guide, { id: 'people', kind: 'scim', values });
  expect(connect({ 'scim.baseUrl': ' ' })).toThrow(
    expect.objectContaining({ code: 'request_malformed', detail: { field: 'values.scim.baseUrl' } }),
  );
  expect(connect({ 'scim.baseUrl': 'https://idp.example.com', 'scim.auth.token': 'typed' })).toThrow(
    expect.objectContaining({ code: 'request_malformed', detail: { field: 'values' } }),
  );
  expect(connect({ 'scim.baseUrl': 'https://idp.example.com' })()).toMatchObject({
    scim: {
      baseUrl: 'https://idp.example.com',
      auth: { kind: 'bearer', token: { env: expect.stringMatching(/^FACESTEP_API_SECRET_PEOPLE_/) } },
    },
  });
});

test.each(['{"port": 1}', '{"connections": []}', '{"connections": [{"id": "work"}]}'])(
  'a new connection is added to the file %s, and the rest remains',
  (text) => {
    const written = writeSection(text, 'people', 'connection', { id: 'people', kind: 'scim' });
    expect(readSection(written, 'people', 'connection')).toEqual({ id: 'people', kind: 'scim' });
    const { connections = [], ...rest } = JSON.parse(text);
    expect(JSON.parse(written)).toEqual({ ...rest, connections: [...connections, { id: 'people', kind: 'scim' }] });
  },
);
