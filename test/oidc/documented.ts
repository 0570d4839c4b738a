import { once } from 'node:events';
import { createServer } from 'node:http';
import * as jose from 'jose';
import * as client from 'openid-client';
import { connectionGuards } from '../../adapters/index.js';
import { scimConnectionGuard } from '../../adapters/scim/config.js';
import { createScimAdapter } from '../../adapters/scim/index.js';
import { type DefinedAttribute, defineAttribute } from '../../simulators/scim/directory.js';
import { startScimSimulator } from '../../simulators/scim/index.js';
import { createConfigGuard } from '../../src/config/schema.js';
import type { Fetch } from '../../src/core/ports.js';
import { blocksOf } from '../page.js';
import { startProviderBench } from './provider-bench.js';

/* Helpers for tests that follow a documentation page literally, with other addresses and secrets. */

export type Others = Readonly<Record<string, string>>;

/** @throws Error if the text lacks a part to replace */
export function withOthers(text: string, others: Others): string {
  return Object.entries(others).reduce((before, [written, other]) => {
    if (!before.includes(written)) throw new Error(`the page does not say ${written}`);
    return before.replaceAll(written, other);
  }, text);
}

/** Returns a page's first configuration as the server parses it. */
export function configurationOf(page: string, secrets: Others, addresses: Others = {}) {
  const named = Object.entries(secrets).map(([name, secret]) => [`{ "env": "${name}" }`, JSON.stringify(secret)]);
  const written = JSON.parse(
    withOthers(blocksOf(page, 'json')[0] ?? '', { ...Object.fromEntries(named), ...addresses }),
  );
  return { written, connections: createConfigGuard(connectionGuards).parse(written).connections };
}

/** Runs a page's program and returns its exports. */
export async function runProgram<Program>(
  page: string,
  {
    modules,
    exported,
    environment = {},
    addresses = {},
  }: {
    readonly modules: Readonly<Record<string, unknown>>;
    readonly exported: readonly (keyof Program & string)[];
    readonly environment?: Others;
    readonly addresses?: Others;
  },
): Promise<Program> {
  const code = withOthers(blocksOf(page, 'js')[0] ?? '', addresses)
    .replace(/^import .*$/gm, '')
    .replace(/^export /gm, '');
  const body = `return (async () => { ${code}\nreturn { ${exported.join(', ')} }; })();`;
  return new Function(...Object.keys(modules), 'process', body)(...Object.values(modules), { env: environment });
}

/** Returns openid-client whose requests go to the test server instead of the page's address. */
export const openIdClientOver = (send: Fetch) => ({
  ...client,
  discovery: (...[server, id, metadata, auth]: Parameters<typeof client.discovery>) =>
    client.discovery(server, id, metadata, auth, {
      [client.customFetch]: (url, init) => send(url, { ...init, body: init.body ?? null }),
    }),
});

/** Returns jose whose requests go to the test server. */
export const joseOver = (send: Fetch) => ({
  ...jose,
  createRemoteJWKSet: (url: URL) =>
    jose.createRemoteJWKSet(url, { [jose.customFetch]: (address, init) => send(address, init) }),
});

export async function listenForCallback() {
  const party = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(party, 'listening');
  const address = party.address();
  return {
    redirectUri: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/callback`,
    close() {
      party.closeAllConnections();
      party.close();
    },
  };
}

const tokenSchema = 'urn:ietf:params:scim:schemas:extension:facestep:2.0:User';

/** Starts the service as configured on a page, with a SCIM server where `ada` is enrolled. */
export async function startWithScim(
  page: string,
  {
    secrets,
    addresses,
    extensions = [],
    details = {},
  }: {
    readonly secrets: Others;
    readonly addresses: Others;
    readonly extensions?: readonly (readonly [schema: string, attribute: DefinedAttribute, value: string])[];
    readonly details?: Readonly<Record<string, unknown>>;
  },
) {
  const scim = await startScimSimulator();
  scim.directory.extensions.set(tokenSchema, [defineAttribute('token')]);
  for (const [schema, attribute] of extensions) scim.directory.extensions.set(schema, [attribute]);
  const { written, connections } = configurationOf(
    page,
    { ...secrets, SCIM_TOKEN: scim.bearer },
    { ...addresses, 'https://sso.example.com/scim/v2': scim.baseUrl },
  );
  const bench = await startProviderBench({
    ...{ settings: scimConnectionGuard.parse(written.connections[0]) },
    ...{ reach: { send: (url, init) => fetch(url, init), now: () => Date.now() }, createAdapter: createScimAdapter },
  });
  const ada = scim.addUser('ada@example.com');
  const user = scim.directory.users.get(ada)!;
  Object.assign(user.details, details);
  for (const [schema, { name }, value] of extensions) user.extensions.set(schema, new Map([[name, value]]));
  await bench.enrol(ada, 'ada');
  return {
    ...{ scim, bench, ada, connections },
    async stop() {
      await bench.stop();
      await scim.close();
    },
  };
}
