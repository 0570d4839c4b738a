import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../test/paths.js';
import { scimConnectionGuard } from './config.js';
import { parseExtension, toScimType } from './schema.js';

const auth = { kind: 'bearer', token: 'secret-token' };
const configure = (scim: Record<string, unknown>) =>
  scimConnectionGuard.safeParse({
    id: 'people',
    kind: 'scim',
    policy: { mode: 'shadow' },
    scim: { baseUrl: 'https://idp.example.com/scim/v2', auth, ...scim },
  });

describe('the configuration', () => {
  test('has an attribute of our own unless another is named', () => {
    expect(configure({}).data?.scim.attribute).toEqual({
      path: 'urn:ietf:params:scim:schemas:extension:facestep:2.0:User:token',
      schema: 'urn:ietf:params:scim:schemas:extension:facestep:2.0:User',
      name: 'token',
    });
    expect(configure({ attribute: 'urn:UserAttributes:face-token' }).data?.scim.attribute).toMatchObject({
      schema: 'urn:UserAttributes',
      name: 'face-token',
    });
  });

  test('takes slashes off the base address', () => {
    expect(configure({ baseUrl: 'https://idp.example.com/scim/v2/' }).data?.scim.baseUrl).toBe(
      'https://idp.example.com/scim/v2',
    );
  });

  test.each([
    auth,
    { kind: 'basic', user: 'admin', password: 'pässword' },
    { kind: 'client_credentials', tokenUrl: 'https://idp.example.com/token', clientId: 'a', clientSecret: 'secret-x' },
  ])('takes credentials, and prints none: %#', (each) => {
    const { data } = configure({ auth: each });
    expect(data?.scim.auth.kind).toBe(each.kind);
    expect(JSON.stringify(data)).not.toMatch(/secret-|pässword/);
  });

  test.each(['adapters/scim/README.md', 'docs/oidc.md'])('is what the example in %s shows', (file) => {
    const [, example = ''] = /```json\n([\s\S]*?)```/.exec(readFileSync(join(projectRoot, file), 'utf8')) ?? [];
    const secret = 'a-secret-of-0123456789-0123456789-characters';
    const { connections } = JSON.parse(example.replaceAll(/\{ "env": "\w+" \}/g, `"${secret}"`));
    expect(scimConnectionGuard.safeParse(connections[0]).error).toBeUndefined();
  });

  test.each([
    [{ baseUrl: 'http://idp.example.com/scim' }],
    [{ baseUrl: 'https://u:p@idp.example.com/scim' }],
    [{ baseUrl: 'https://idp.example.com/scim?x=1' }],
    [{ attribute: 'token' }],
    [{ attribute: 'urn:example:User:' }],
    [{ attribute: 'urn:example::token' }],
    [{ attribute: 'urn:example:User:to.ken' }],
    [{ attribute: 'urn:example:User/../Groups:token' }],
    [{ auth: { kind: 'basic', user: 'a:b', password: 'x' } }],
    [{ auth: { kind: 'bearer', token: 'two\nlines' } }],
    [{ auth: { kind: 'bearer', token: 'x', user: 'a' } }],
    [{ auth: { kind: 'client_credentials', tokenUrl: 'http://idp.example.com/', clientId: 'a', clientSecret: 'x' } }],
    [{ hooks: {} }],
  ])('does not take %j', (change) => {
    expect(configure(change).success).toBe(false);
  });
});

describe('an answer', () => {
  const attribute = { schema: 'urn:example:User', name: 'token' };

  test.each([
    [{ id: '1', 'urn:example:User': { token: 'x' } }, 'x'],
    [{ id: '1', 'urn:example:User': { other: 'x' } }, ''],
    [{ id: '1', 'urn:example:User': null }, ''],
    [{ id: '1', token: 'x', 'urn:other:User': { token: 'y' } }, ''],
    // Neither URNs nor names of attributes have a case (RFC 7644, section 3.10).
    [{ id: '1', 'urn:Example:user': { Token: 'x' } }, 'x'],
    [{ id: '1', 'URN:EXAMPLE:USER': { token: null } }, ''],
  ])('%j has the value %j', (body, value) => {
    expect(parseExtension(body, attribute)).toEqual({ id: '1', value });
  });

  test.each([
    ...[undefined, null, [], {}, { id: 1 }],
    ...[
      { id: '1', 'urn:example:User': 'x' },
      { id: '1', 'urn:example:USER': 'x' },
    ],
  ])('%j is none', (body) => {
    expect(() => parseExtension(body, attribute)).toThrow(expect.objectContaining({ code: 'profile_unavailable' }));
  });

  test('of an error tells its word, and nothing else that stands there', () => {
    expect(toScimType({ scimType: 'noTarget', detail: 'x' })).toBe('noTarget');
    for (const body of [undefined, '', {}, { scimType: 'no target' }, { scimType: 5 }]) {
      expect(toScimType(body)).toBeNull();
    }
  });
});
