import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { validate } from '@readme/openapi-parser';
import { z } from 'zod';
import { type ApiServer, startApiServer } from '../../test/api-server.js';
import { createTestVerifier } from '../../test/embedded.js';
import { startTestTransmitter } from '../../test/transmitter.js';
import { createEndpoints } from '../server/endpoints.js';
import { readFormFields } from './form-fields.js';
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

const responsesOf = async (path: string, method: string) =>
  (await read().then(documentGuard.parse)).paths[path]![method].responses;

test('of every address it is said how another method is refused, and what may go wrong on the server', async () => {
  const { paths } = documentGuard.parse(await read());
  for (const [path, operations] of Object.entries(paths)) {
    // Described by OpenID Connect, and by each provider.
    if (/^\/(hooks|oidc)/.test(path)) continue;
    const { status, headers, body } = await server.send('PROPFIND', path.replace(/\{\w+\}/g, 'x'));
    expect([path, status, body.code]).toEqual([path, 405, 'method_not_allowed']);
    expect(headers.get('allow')).toMatch(/^[A-Z]+(, [A-Z]+)*$/);
    for (const { responses } of Object.values(operations)) {
      expect([path, Object.keys(responses)]).toEqual([path, expect.arrayContaining(['405', '500'])]);
      expect(Object.keys(responses['405'].headers)).toEqual(['Allow']);
    }
  }
});

test('of a server that is not ready it is said how it answers', async () => {
  const unready = await startApiServer({
    verifier: createTestVerifier(),
    findUnready: async () => ['state'],
    findUnreadyHere: async () => ['engine'],
  });
  for (const path of ['/readyz', '/readyz/replica']) {
    const { content } = (await responsesOf(path, 'get'))['503'];
    const answer = await fetch(unready.origin + path);
    expect(answer.status).toBe(503);
    expect(z.fromJSONSchema(content['application/json'].schema).safeParse(await answer.json()).success).toBe(true);
  }
  await unready.stop();
});

test('it is said which answers tell when to come back, and how quotas stand', async () => {
  const { paths } = documentGuard.parse(await read());
  for (const { responses } of Object.values(paths).flatMap((operations) => Object.values(operations))) {
    for (const status of ['429', '503'].filter(
      (each) => each in responses && responses[each].content['application/json'].schema.$ref,
    )) {
      expect(Object.keys(responses[status].headers)).toContain('Retry-After');
    }
  }
  const quota = ['RateLimit', 'RateLimit-Policy'];
  const ofClient = await responsesOf('/authenticate', 'post');
  for (const status of ['200', '400', '429'])
    expect(Object.keys(ofClient[status].headers)).toEqual(expect.arrayContaining(quota));
  expect((await responsesOf('/applications', 'get'))['200'].headers).toBeUndefined();
});

test.each([
  ['/campaigns', 'people', 'text/csv', 'CSV'],
  ['/identify', 'roster', 'text/plain', 'one token per line'],
  ['/identify', 'photo', 'image/*', 'JPEG'],
  ['/brand/check', 'logo', 'image/*', 'SVG'],
  ['/signatures', 'document', 'application/octet-stream', 'any kind'],
])('%s says of the files of %s what they are', async (path, field, mediaType, said) => {
  const { paths } = documentGuard.parse(await read());
  const { content } = paths[path]!.post.requestBody;
  const form = content['multipart/form-data'].schema.properties[field];
  expect(form.items.contentMediaType).toBe(mediaType);
  expect(form.description).toContain(said);
  const page = await (await fetch(`${server.origin}/catalogue`)).text();
  const article = page.slice(page.indexOf(`</span> <code>${path}</code>`)).split('</article>')[0];
  expect(article).toMatch(new RegExp(`<code>${field}</code> <small>[^<]+</small></dt><dd>[^<]*${said}`));
});

test('every operation has a description that says more than its summary', async () => {
  const { paths } = documentGuard.parse(await read());
  for (const [path, operations] of Object.entries(paths))
    for (const [method, { summary, description = '' }] of Object.entries(operations)) {
      const said = description.replace('«ours» ', '').replace(/ Needs the (scope|right) `[\w.-]+`\.$/, '');
      expect([method, path, said]).toEqual([method, path, expect.stringMatching(/^\S.{5,}[.:]$/s)]);
      expect(said).not.toBe(summary);
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

test('what is a number or an answer in JSON is taken from a form, too', () => {
  let seen = 0;
  for (const { fieldsGuard, path } of createEndpoints(server.deps))
    for (const [name, field] of Object.entries(fieldsGuard.shape))
      for (const value of [1, 60, 3600, true]) {
        if (!z.safeParse(field, value).success) continue;
        const told = readFormFields(fieldsGuard, new Map([[name, String(value)]])).get(name);
        expect([path, name, z.safeParse(field, told).success]).toEqual([path, name, true]);
        seen += 1;
      }
  expect(seen).toBeGreaterThan(20);
});
