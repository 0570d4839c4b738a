import { expect, test } from '@jest/globals';
import { validate } from '@readme/openapi-parser';
import { z } from 'zod';
import { createDescribedEndpoints } from '../../../scripts/reference/described-endpoints.js';
import { adminKey, startApiServer } from '../../../support/servers/api-server.js';
import { startTestTransmitter } from '../../../support/servers/transmitter.js';

const server = await startApiServer({
  oidc: async () => new Map(),
  transmitter: async (core) => (await startTestTransmitter(core)).securityEvents,
});

const documentGuard = z.object({ paths: z.record(z.string(), z.record(z.string(), z.any())) });
const read = async () => (await server.send('GET', '/openapi.json')).body;

test('the document is valid OpenAPI 3.1', async () => {
  const result = await validate(JSON.parse(JSON.stringify(await read())));
  expect(result).toMatchObject({ valid: true, warnings: [] });
});

test('the document describes every route of the app, and no other path', async () => {
  const { paths } = documentGuard.parse(await read());
  const { direct, router } = server.app;
  const routed = router.router.stack.flatMap(({ route }) => (route === undefined ? [] : [route.path].flat()));
  const routes: string[] = [...direct.map(({ path }) => path), ...routed];
  const described = new Set(Object.keys(paths).map((path) => path.replace(/\{(\w+)\}/g, ':$1')));
  const bare = (path: string) => path.replace(/^\/v[12]/, '');
  const asIsOrOnV2 = (path: string) =>
    described.has(path) || described.has(bare(path)) || described.has(`/v2${bare(path)}`);
  // The OpenID provider's other addresses are in its own discovery document.
  const isOidc = (route: string) => route.includes('/oidc/');
  // What the console's page calls next to the API is a part of that page; the doors to people's own pages and to a recovery are pages themselves.
  const isPageRoute = (route: string) => route.startsWith('/console/') || /^\/(me|recover)(\/|$)/.test(route);
  expect(routes.filter((route) => !asIsOrOnV2(route) && !isOidc(route) && !isPageRoute(route))).toEqual([]);
  expect([...described].filter((path) => !routes.includes(path))).toEqual([]);
  expect(routes.length).toBeGreaterThan(50);
});

const schemaGuard = z.looseObject({});
/** Returns the schemas of a description, with their addresses. */
function schemasIn(value: unknown, at = ''): { readonly at: string; readonly schema: z.infer<typeof schemaGuard> }[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => schemasIn(each, `${at}/${index}`));
  const { success, data } = schemaGuard.safeParse(value);
  if (!success) return [];
  return [{ at, schema: data }, ...Object.entries(data).flatMap(([name, each]) => schemasIn(each, `${at}/${name}`))];
}

test('a PATCH changes the fields that it names, and a DELETE needs no body', async () => {
  const headers = { 'x-admin-key': adminKey, 'content-type': 'application/json' };
  const send = (method: string, path: string, body: object = {}) =>
    server.send(method, path, { headers, body: JSON.stringify(body) });
  const { body: application } = await send('POST', '/applications', { name: 'shop' });
  const address = `/applications/${application.id}`;
  expect((await send('PATCH', address, { perMinute: 5 })).body).toMatchObject({ name: 'shop', perMinute: 5 });
  expect((await send('PATCH', address, { tenant: 'other' })).body.code).toBe('field_unknown');
  expect((await server.send('DELETE', address)).body.code).toBe('caller_untrusted');
  // Clients send no body with DELETE.
  expect((await server.send('DELETE', `/v2${address}`, { headers: { 'x-admin-key': adminKey } })).status).toBe(200);

  await send('POST', '/administrators', { name: 'grace@example.com', role: 'auditor' });
  expect((await send('DELETE', '/administrators/grace%40example.com')).status).toBe(200);
});

test('a GET reads its fields from the query', async () => {
  const { paths } = documentGuard.parse(await read());
  expect(paths['/usage']?.get.requestBody).toBeUndefined();
  expect(paths['/usage']?.get.parameters).toContainEqual(
    expect.objectContaining({ name: 'days', in: 'query', required: false, schema: expect.any(Object) }),
  );

  const headers = { 'x-admin-key': adminKey };
  const get = (query: string) => server.send('GET', `/usage${query}`, { headers });
  const days = async (query: string) => {
    const { status, body } = await get(query);
    return [status, body.code, body.field];
  };
  expect(await days('?days=31')).toEqual([200, undefined, undefined]);
  expect(await days('?days=32')).toEqual([400, 'request_malformed', 'days']);
  expect(await days('?days=1&days=2')).toEqual([400, 'request_malformed', 'days']);
  expect(await days('?days=%ff')).toEqual([400, 'request_malformed', 'days']);
  expect(await days('?day=1')).toEqual([400, 'field_unknown', 'day']);
  expect(await days(`?${'day&'.repeat(17)}`)).toEqual([400, 'request_malformed', undefined]);
  expect(await days('?__proto__=1')).toEqual([400, 'field_unknown', undefined]);
});

test('no GET has a field that names a person, or that is a secret or photo', async () => {
  for (const { method, path, fieldsGuard, photos } of await createDescribedEndpoints()) {
    if (method !== 'GET') continue;
    const unfit = Object.keys({ ...fieldsGuard.shape, ...photos }).filter((name) =>
      /^(subject|login|e?mail|user|name|phone|token|password|secret|code|pin|photo|key|ticket|search)s?$/i.test(name),
    );
    expect({ path, unfit }).toEqual({ path, unfit: [] });
  }
});

test('the document has no arrays of at most one item and no choices with one alternative', async () => {
  const isOdd = ({ type, maxItems, anyOf, oneOf, allOf }: z.infer<typeof schemaGuard>): boolean =>
    (type === 'array' && maxItems === 1) ||
    [anyOf, oneOf, allOf].some((each) => Array.isArray(each) && each.length < 2);
  const { paths } = documentGuard.parse(await read());
  const odd = schemasIn(paths).filter(({ at, schema }) => isOdd(schema) && at.includes('requestBody'));
  expect(odd.map(({ at }) => at)).toEqual([]);
  expect(paths['/match']?.post.requestBody.content['multipart/form-data'].schema.properties.probe).toMatchObject({
    type: 'string',
    contentMediaType: 'image/*',
  });
});
