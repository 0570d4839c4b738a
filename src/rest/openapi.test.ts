import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { validate } from '@readme/openapi-parser';
import { z } from 'zod';
import { type ApiServer, startApiServer } from '../../test/api-server.js';
import { createTestVerifier } from '../../test/embedded.js';
import { startTestTransmitter } from '../../test/transmitter.js';
import { createEndpoints } from '../server/endpoints.js';
import { documentedPath } from './openapi.js';

let server: ApiServer;
let transmitter: Awaited<ReturnType<typeof startTestTransmitter>>;
beforeAll(async () => {
  server = await startApiServer({
    verifier: createTestVerifier(),
    oidc: async () => new Map(),
    transmitter: async (core) => {
      transmitter = await startTestTransmitter(core);
      return transmitter.securityEvents;
    },
  });
});
afterAll(async () => {
  await transmitter.close();
  await server.stop();
});

const documentGuard = z.object({ paths: z.record(z.string(), z.record(z.string(), z.any())) });
const read = async () => (await server.send('GET', '/openapi.json')).body;

test('is a valid OpenAPI 3.1 document', async () => {
  const result = await validate(JSON.parse(JSON.stringify(await read())));
  expect(result).toMatchObject({ valid: true, warnings: [] });
});

test('describes every route of the app, and nothing that is not one', async () => {
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
  // What the console's page calls beside the API is a part of that page; the door to people's own pages is a page itself.
  const isOfPage = (route: string) => route.startsWith('/console/') || /^\/me(\/|$)/.test(route);
  expect(routes.filter((route) => !asIsOrOnV2(route) && !isOidc(route) && !isOfPage(route))).toEqual([]);
  expect([...described].filter((path) => !routes.includes(path))).toEqual([]);
  expect(routes.length).toBeGreaterThan(50);
});

test('every described operation answers, and is not "not found"', async () => {
  const { paths } = documentGuard.parse(await read());
  for (const [path, operations] of Object.entries(paths)) {
    for (const method of Object.keys(operations)) {
      // What these answer is described elsewhere: by OAuth, by OpenID Connect, and by each provider.
      if (['/readyz', '/catalogue', '/ssf/token'].includes(path) || /^\/(hooks|oidc)/.test(path)) continue;
      const { status, body } = await server.send(method.toUpperCase(), path.replace(/\{\w+\}/g, 'x'));
      expect([method, path, body.code]).not.toEqual([method, path, 'not_found']);
      expect(status).not.toBe(405);
    }
  }
});

test('every endpoint is there once, with its scope, its bodies and its refusals', async () => {
  const { paths } = documentGuard.parse(await read());
  const seen = new Set<string>();
  for (const endpoint of createEndpoints(server.deps)) {
    const operation = paths[documentedPath(endpoint)]![endpoint.method.toLowerCase()];
    expect(seen).not.toContain(operation.operationId);
    seen.add(operation.operationId);
    expect(operation.description.includes('«ours»')).toBe(endpoint.ours);
    if (endpoint.auth.kind === 'client' && endpoint.auth.scope !== null)
      expect(operation.description).toContain(`\`${endpoint.auth.scope}\``);
    if (endpoint.method === 'POST') {
      const { content } = operation.requestBody;
      expect(Object.keys(content).sort()).toEqual(['application/json', 'multipart/form-data']);
      const expected = [
        ...Object.keys(endpoint.fieldsGuard.shape),
        ...Object.keys(endpoint.photos),
        ...(endpoint.auth.kind === 'client' ? ['auth_token'] : []),
      ].sort();
      for (const { schema } of Object.values<{ schema: { properties: object } }>(content)) {
        expect(Object.keys(schema.properties).sort()).toEqual(expected);
      }
    }
    expect(operation.responses).toHaveProperty(String(endpoint.status));
    expect(operation.responses).toHaveProperty('400');
  }
});
