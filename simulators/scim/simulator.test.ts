import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAttribute } from './directory.js';
import { type ScimSimulator, startScimSimulator } from './index.js';

/* What the adapter relies on is refused where a real server may refuse it. */

const schema = 'urn:example:User';
const path = `${schema}:token`;
const patchOp = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

let scim: ScimSimulator;
let ada: string;
beforeEach(async () => {
  scim = await startScimSimulator();
  scim.directory.extensions.set(schema, [defineAttribute('token')]);
  ada = scim.addUser('ada@example.com');
});
afterEach(() => scim.close());

async function call(method: string, where: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(scim.baseUrl + where, {
    method,
    headers: { authorization: `Bearer ${scim.bearer}`, 'content-type': 'application/scim+json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const type = response.headers.get('content-type');
  return { status: response.status, type, body: text === '' ? null : z.looseObject({}).parse(JSON.parse(text)) };
}
const patch = (operations: unknown, schemas: unknown = [patchOp], query = '') =>
  call('PATCH', `/Users/${ada}${query}`, { schemas, Operations: operations });

describe('a change', () => {
  test('brings the extension into the schemas, and is shown where it is asked for', async () => {
    expect((await patch([{ op: 'replace', path, value: 'x' }], [patchOp], `?attributes=${path}`)).body).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', schema],
      id: ada,
      [schema]: { token: 'x' },
    });
    expect((await call('GET', `/Users/${ada}`)).body).not.toHaveProperty([schema]);
    scim.directory.answersChangesWithNothing = true;
    expect(await patch([{ op: 'Remove', path }])).toMatchObject({ status: 204, body: null });
    expect((await call('GET', `/Users/${ada}`)).body).toMatchObject({ schemas: expect.not.arrayContaining([schema]) });
  });

  test('without a path is a user in part, where the server takes that', async () => {
    const [set, clear] = ['x', null].map((token) => [{ op: 'replace', value: { [schema]: { token } } }]);
    expect(await patch(set)).toMatchObject({ status: 200 });
    expect(scim.directory.users.get(ada)?.extensions.get(schema)?.get('token')).toBe('x');
    expect(await patch(clear)).toMatchObject({ status: 200 });
    expect(scim.directory.users.get(ada)?.extensions.get(schema)?.size).toBe(0);
    scim.directory.takesUrnPaths = false;
    const byPath = await patch([{ op: 'replace', path, value: 'x' }]);
    expect(byPath).toMatchObject({ status: 400, body: { scimType: 'invalidPath' } });
  });

  test.each<[string, unknown, string[]]>([
    ['invalidSyntax', [{ op: 'replace', path, value: 'x' }], []],
    ['noTarget', [{ op: 'replace', value: { [schema]: { token: 'x' } } }], [patchOp]],
    ['invalidPath', [{ op: 'replace', path: `${schema}:other`, value: 'x' }], [patchOp]],
    ['invalidValue', [{ op: 'replace', path, value: ['x'] }], [patchOp]],
  ])('is refused as %s: %j', async (scimType, operations, schemas) => {
    scim.directory.takesPathlessChanges = false;
    expect(await patch(operations, schemas)).toMatchObject({ status: 400, body: { scimType } });
    expect(scim.directory.users.get(ada)?.extensions.size).toBe(0);
  });
});
