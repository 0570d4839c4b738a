import { describe, expect, test } from '@jest/globals';
import { parseAnswer } from '../../src/connections/rest-call.js';
import { createScimConnectionGuard } from './config.js';
import { accountListGuard, groupsGuard, namedGuard, parseExtension, toNamedAccount } from './schema.js';

const auth = { kind: 'bearer', token: 'secret-token' };
const configure = (scim: Record<string, unknown>) =>
  createScimConnectionGuard([]).safeParse({
    id: 'people',
    kind: 'scim',
    policy: { mode: 'shadow' },
    scim: { baseUrl: 'https://idp.example.com/scim/v2', auth, ...scim },
  });

describe('the configuration', () => {
  test.each([
    auth,
    { kind: 'basic', user: 'admin', password: 'pässword' },
    { kind: 'client_credentials', tokenUrl: 'https://idp.example.com/token', clientId: 'a', clientSecret: 'secret-x' },
  ])('accepts credentials and does not print them: %#', (each) => {
    const { data } = configure({ auth: each });
    expect(data?.scim.auth.kind).toBe(each.kind);
    expect(JSON.stringify(data)).not.toMatch(/secret-|pässword/);
  });

  test.each([
    [{ baseUrl: 'http://idp.example.com/scim' }],
    [{ baseUrl: 'https://u:p@idp.example.com/scim' }],
    [{ attribute: 'urn:example:User/../Groups:token' }],
    [{ auth: { kind: 'bearer', token: 'two\nlines' } }],
    [{ auth: { kind: 'client_credentials', tokenUrl: 'http://idp.example.com/', clientId: 'a', clientSecret: 'x' } }],
  ])('is refused with %j', (change) => {
    expect(configure(change).success).toBe(false);
  });
});

describe('a reply of the SCIM server', () => {
  const attribute = { schema: 'urn:example:User', name: 'token' };

  test.each([
    [{ id: '1', 'urn:example:User': { token: 'x' } }, 'x'],
    [{ id: '1', token: 'x', 'urn:other:User': { token: 'y' } }, ''],
    [{ id: '1', 'urn:example:User': [] }, ''],
    [{ id: '1', 'urn:example:User': null }, ''],
    // Neither URNs nor names of attributes have a case (RFC 7644, section 3.10).
    [{ id: '1', 'urn:Example:user': { Token: 'x' } }, 'x'],
  ])('%j is read with the attribute value %j', (body, value) => {
    expect(parseExtension(body, attribute)).toEqual({ id: '1', value });
  });

  const user = { id: '1', userName: 'ada' };

  test.each<[string, unknown, string | null]>([
    [
      'a boolean as text',
      [
        { value: 'a@example.com', primary: 'False' },
        { value: 'b@example.com', primary: 'True' },
      ],
      'b@example.com',
    ],
    ['null in the list', [null, { value: 'a@example.com' }], 'a@example.com'],
    ['an entry in another form', [7, { value: 7 }, 'b@example.com'], 'b@example.com'],
    ['an object in place of the list', {}, null],
    ['text in place of the list', 'a@example.com', null],
  ])('is accepted with %s among the e-mail addresses', (_, emails, email) => {
    expect(toNamedAccount(namedGuard.parse({ ...user, emails })).email).toBe(email);
  });

  test('is accepted with unexpected names, a count as text, or null in a list', () => {
    expect(toNamedAccount(namedGuard.parse({ ...user, name: [], displayName: 7 })).name).toBeNull();
    const list = { totalResults: '1', Resources: [null, user] };
    expect(accountListGuard.parse(list)).toMatchObject({ totalResults: 1, Resources: [user] });
    expect(groupsGuard.parse({ id: '1', groups: [null, { value: 'g' }] }).groups).toEqual([{ id: 'g', name: null }]);
  });

  test('is reported with the path of the field, without its value, if it is invalid', () => {
    const body = { totalResults: 1, Resources: [{ id: '1', userName: { canary: 1 } }] };
    const error = (() => {
      try {
        return parseAnswer(accountListGuard, body);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ detail: { reason: 'answer not understood', field: 'Resources.0.userName' } });
    expect(JSON.stringify(error)).not.toContain('canary');
  });
});
