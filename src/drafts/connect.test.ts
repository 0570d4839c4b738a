import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { providers } from '../../adapters/index.js';
import { scimGuide } from '../../adapters/scim/guide.js';
import { connectionAdditions } from '../extensions/index.js';
import { toNewConnection } from './connect.js';
import { readSection, writeSection } from './sections.js';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const secretsOf = ({ kind, guide }: (typeof providers)[number]): Record<string, string> =>
  Object.fromEntries(
    guide.secrets.map(({ setting, isRandom }) => [
      setting,
      kind === 'okta' && !isRandom ? privateKey : `${setting}-0123456789abcdef`,
    ]),
  );

test.each(providers.map((provider) => [provider.kind, provider] as const))(
  'a connection of the kind %s with the example of each field is valid, and its secrets are to be sealed',
  (kind, provider) => {
    const { guide, createGuard } = provider;
    // These two belong to another cloud than the others.
    const fields = guide.fields.filter(({ setting }) => !setting.includes('endpoint'));
    const values = Object.fromEntries(fields.map(({ setting, example }) => [setting, example]));
    const connection = toNewConnection(guide, { id: 'acme-eu', kind, values, secrets: secretsOf(provider) });
    const opened: unknown = JSON.parse(JSON.stringify(connection), (_, value) => value?.seal ?? value);
    expect(JSON.stringify(connection).match(/\{"seal":/g) ?? []).toHaveLength(guide.secrets.length);
    expect(createGuard(connectionAdditions).safeParse(opened)).toMatchObject({ success: true });
    expect(connection.policy).toEqual({ mode: 'shadow' });
  },
);

test('a value or secret that is missing, or that no field asks for, is refused with the field', () => {
  const connect = (values: Record<string, string>, secrets: Record<string, string>) => () =>
    toNewConnection(scimGuide, { id: 'people', kind: 'scim', values, secrets });
  const address = { 'scim.baseUrl': 'https://idp.example.com' };
  const token = { 'scim.auth.token': 'typed' };
  const refusal = (field: string) => expect.objectContaining({ code: 'request_malformed', detail: { field } });
  expect(connect({ 'scim.baseUrl': ' ' }, token)).toThrow(refusal('values.scim.baseUrl'));
  expect(connect(address, { 'scim.auth.token': ' ' })).toThrow(refusal('secrets.scim.auth.token'));
  expect(connect({ ...address, ...token }, token)).toThrow(refusal('values'));
  expect(connect(address, token)()).toMatchObject({
    scim: { baseUrl: 'https://idp.example.com', auth: { kind: 'bearer', token: { seal: 'typed' } } },
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
