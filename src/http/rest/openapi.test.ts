import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { validate } from '@readme/openapi-parser';
import { z } from 'zod';
import { type ApiServer, startApiServer } from '../../../test/api-server.js';
import { createTestVerifier } from '../../../test/embedded.js';
import { startTestTransmitter } from '../../../test/transmitter.js';

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
