import { beforeEach, expect, test } from '@jest/globals';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';
import { SealedToken } from '../../src/core/secrets.js';
import { openServer } from '../../test/contract/bench.js';
import { openScimBench, type ScimBench } from '../../test/contract/scim.js';

/* SCIMMY as the directory: a SCIM 2.0 server that was not written here. */

const schema = 'urn:ietf:params:scim:schemas:extension:facestep:2.0:User';
const bearer = 'a-bearer-token-of-the-directory';

const { Attribute, SchemaDefinition } = SCIMMY.Types;
SCIMMY.Schemas.User.definition.extend(
  new SchemaDefinition('FacestepUser', schema, 'Face step-up', [new Attribute('string', 'token', { caseExact: true })]),
);
const users = new Map<string, { id: string; userName: string }>();
SCIMMY.Resources.declare(SCIMMY.Resources.User)
  .ingress((resource, data) => {
    const user = { ...data, id: resource.id ?? String(users.size + 1) };
    users.set(user.id, user);
    return user;
  })
  .egress((resource) => {
    if (resource.id === undefined) return [...users.values()];
    const user = users.get(resource.id);
    if (user === undefined) throw new SCIMMY.Types.Error(404, '', 'no such user');
    return user;
  });

let bench: ScimBench;
let server: Awaited<ReturnType<typeof openServer>>;
let scim: { baseUrl: string; auth: object };
let anna: string;
beforeEach(async () => {
  users.clear();
  bench = await openScimBench();
  const handler = (request: express.Request): string => {
    if (request.get('authorization') !== `Bearer ${bearer}`) throw new Error('not signed in');
    return 'facestep';
  };
  const app = express().use('/scim', new SCIMMYRouters({ type: 'bearer', handler }));
  server = await openServer(app);
  scim = { baseUrl: `${server.url}/scim`, auth: { kind: 'bearer', token: bearer } };
  const created = await fetch(`${scim.baseUrl}/Users`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/scim+json' },
    body: JSON.stringify({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'anna@example.com',
      emails: [{ value: 'anna@example.com', primary: true }],
      name: { givenName: 'Anna', familyName: 'Example' },
    }),
  });
  ({ id: anna } = Object(await created.json()));
});

test('a token is written, read and removed on a SCIMMY server, and other data of the user is unchanged', async () => {
  const { profile } = bench.connect({ scim });
  const before = JSON.stringify(users.get(anna));
  expect(await profile.findAccount('anna@example.com')).toMatchObject({ subject: anna, email: 'anna@example.com' });
  const text = `FV1.${'Ab9_-'.repeat(50)}`;
  await profile.writeToken(anna, new SealedToken(text));
  expect((await profile.readToken(anna))?.use((read) => read)).toBe(text);
  expect((await profile.readClaims(anna, ['name', 'email'])).use((claims) => claims)).toEqual({
    name: 'Anna Example',
    email: 'anna@example.com',
  });
  await profile.clearToken(anna);
  expect(await profile.readToken(anna)).toBeNull();
  expect(JSON.stringify(users.get(anna))).toBe(before);
  await expect(profile.readToken('nobody')).rejects.toMatchObject({ code: 'subject_unknown' });
});
