import { describe, expect, test } from '@jest/globals';
import { providers as builtIn } from '../../../adapters/index.js';
import { createConfigGuard } from '../../../src/config/schema.js';
import { configureConnections } from '../../../src/connections/setup.js';
import { createTestCore } from '../../../support/benches/core.js';
import { connectionGuards } from '../../../support/data/connection-guards.js';
import { forFile } from '../../../support/run/for-file.js';
import { startApiServer } from '../../../support/servers/api-server.js';
import { type Endpoint, oidcEndpoints, pageEndpoints, readDescription } from './hostile.js';
import { openProviders } from './providers.js';

/* Nothing that the server answers to is left out of the attack: held against what the server itself has mounted. */

/** A part of Express's table of routes, as far as it is looked at. */
interface Layer {
  readonly name: string;
  match(path: string): boolean;
  readonly route?: { readonly path: string | readonly string[] };
  readonly handle: { readonly stack?: readonly Layer[] };
}

/** Whose routes stand under a path of their own. */
const pagePaths = ['/face', '/console', '/docs'];

/** What is attacked elsewhere, and where. */
const attackedElsewhere: readonly RegExp[] = [
  // It takes the cookie of a session, and calls of its own page alone: src/admin/console/sign-in.test.ts,
  // src/admin/console/page.test.ts, src/access/console-sessions.test.ts.
  /^\/console(\/|$)/,
  // Its sign-ins and cookies: src/home/mount.test.ts.
  /^\/me(\/|$)/,
  // Files alone, looked up by name: src/app/documentation.test.ts.
  /^\/docs(\/|$)/,
  // A redirect without parameters.
  /^\/catalogue$/,
  // Its steps in any order, and the sizes of its forms: evidence/attacks/recovery.ts, src/recovery/recovery.test.ts.
  /^\/recover\/:connection/,
  // There where a connection has counters: test/oidc/counter.test.ts.
  /^\/oidc\/:connection\/(device-authorization|counter)$/,
  // There where a connection has credentials: test/oidc/credentials.test.ts.
  /^\/oidc\/:connection\/(credential|nonce|credentials\/:type|status\/:list)$/,
  /\.well-known\/(openid-credential-issuer|jwt-vc-issuer)/,
];

const routesOf = (stack: readonly Layer[], under = ''): readonly string[] =>
  stack.flatMap((layer) => {
    const { name, route, handle } = layer;
    if (route !== undefined)
      return [route.path].flat().map((path) => under + (path === '/' && under !== '' ? '' : path));
    if (name !== 'router') return [];
    return routesOf(
      handle.stack ?? [],
      pagePaths.find((path) => layer.match(path)),
    );
  });

/** Whether an address is answered by a route. */
const isOf = (route: string) => {
  const pattern = new RegExp(`^${route.replace(/\./g, '\\.').replace(/:\w+/g, '[^/]+')}$`);
  return (path: string): boolean => pattern.test(path.replace(/\{\w+\}/g, 'x'));
};

const server = await startApiServer();
const { body } = await server.send('GET', '/openapi.json');
const described: readonly Endpoint[] = readDescription({ text: JSON.stringify(body) });

test('the attacks cover every route of the server', () => {
  // Its types tell nothing of routers within routers.
  const { stack } = server.app.router.router as unknown as { stack: readonly Layer[] };
  const attacked = [
    ...described,
    ...pageEndpoints(['/face/assets/index.js', '/face/assets/ort.wasm']),
    ...oidcEndpoints(['work']),
  ].map(({ path }) => path);
  const routes = [...server.app.direct.map(({ path }) => path), ...routesOf(stack)].map((route) =>
    route.replace(/^\/v[12](?=\/)/, ''),
  );
  expect(routes.length).toBeGreaterThan(50);
  const left = routes
    .filter((route) => !attackedElsewhere.some((each) => each.test(route)))
    .filter((route) => !attacked.some((path) => isOf(route)(path) || isOf(`/v2${route}`)(path)));
  expect(left).toEqual([]);
});

test('a field of one file and a field of several files are sent as photos', () => {
  const photosOf = (name: string) => described.find((each) => each.name === name)?.photos;
  expect([photosOf('POST /match'), photosOf('POST /consistency-check')]).toEqual([
    { probe: 1, reference: 1 },
    { photo: 2 },
  ]);
});

const providers = await forFile(openProviders());

describe('with simulators of all providers', () => {
  test('the attacks cover every hook of every connection', async () => {
    const { deps } = await createTestCore();
    const { connections } = providers;
    const config = createConfigGuard(connectionGuards).parse({ publicUrl: 'https://face.example.com', connections });
    const mounted: string[] = [];
    for (const { id, createAdapter } of configureConnections(config.connections, builtIn, {
      ...deps,
      fetch,
      additions: [],
    })) {
      const { hooks } = await createAdapter(deps.issuer);
      mounted.push(...Object.keys(hooks).map((hook) => `/hooks/${id}/${hook}`));
    }
    expect([...new Set(providers.hooks.map(({ path }) => path))].toSorted()).toEqual(mounted.toSorted());
  });
});
