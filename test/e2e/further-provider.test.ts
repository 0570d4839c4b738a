import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { providers } from '../../adapters/index.js';
import { connectBackend } from '../../examples/demo/backend.js';
import { loadPictures } from '../../examples/demo/pictures.js';
import { toProvider } from '../../src/connections/provider.js';
import { loadSetup, type Setup } from '../../src/connections/setup.js';
import { epochMs } from '../../src/core/units.js';
import { createSecretUses } from '../../src/operations/secret-use-recorder.js';
import { openEngine } from '../../src/server/open-engine.js';
import { type RunningServer, startServer } from '../../src/server/server.js';
import { createRequestContexts } from '../../src/telemetry/request-context.js';
import { createFolder } from '../folder.js';
import { modelsFolder, projectRoot } from '../paths.js';
import { createTextLog, systemRandom } from '../sinks.js';

/*
 * A provider that nothing here has heard of: a folder of its own, and one row. The server, its configuration and its
 * OpenID provider stay as they are.
 */

const publicUrl = 'https://face.example.com';
const adminKey = `fsa_${'k'.repeat(32)}`;
const secret = 'a-secret-of-the-test-0123456789abcdef';
const callback = 'https://acme.example.com/callback';
const dist = pathToFileURL(join(projectRoot, 'dist')).href;

const configModule = `
import { z } from 'zod';
import { connectionFields } from '${dist}/src/config/connection.js';
import { headerCredentialGuard } from '${dist}/src/config/credential.js';
import { oidcOf } from '${dist}/src/config/oidc.js';
import { clientFields, redirectUriGuard } from '${dist}/src/config/oidc-client.js';

const clientGuard = z.strictObject({ ...clientFields, kind: z.literal('acme_login'), redirectUris: z.array(redirectUriGuard) });

export const acmeConnectionGuard = z.strictObject({
  ...connectionFields,
  oidc: oidcOf(clientGuard),
  kind: z.literal('acme'),
  acme: z.strictObject({ users: z.array(z.string()), hookSecret: headerCredentialGuard }),
});
`;

const indexModule = `
import { z } from 'zod';
import { createLoginClient } from '${dist}/src/connections/login-client.js';
import { parseEvent } from '${dist}/src/connections/parse-event.js';
import { probeBody } from '${dist}/src/connections/probe.js';
import { FaceError } from '${dist}/src/errors.js';
import { createMemoryProfile } from '${dist}/test/simulated-profile.js';

const eventGuard = z.object({ user: z.string(), event: z.string() });

export function createAcmeAdapter({ settings: { kind, oidc, acme } }) {
  return {
    kind,
    profile: createMemoryProfile(acme.users),
    hooks: {
      'sign-in': {
        budgetMs: 5_000,
        proof: 'headers',
        probe: () => ({ headers: { authorization: acme.hookSecret.use((text) => text) }, body: probeBody }),
        pass: { status: 204, body: null },
        refuse: (code) => ({ status: code === 'caller_untrusted' ? 401 : 400, body: { refused: code } }),
        serve: (core) => async ({ headers }) => {
          if (!acme.hookSecret.use((text) => headers.authorization === text)) throw new FaceError('caller_untrusted');
          return async (body) => {
            const { user, event } = parseEvent(eventGuard, body);
            const signIn = { application: null, address: null, isAfterFirstFactor: true };
            const about = { subject: user, eventId: event, eventTime: null, ...signIn };
            const { outcome } = await core.decide({ ...about, hook: 'sign-in', repeatableForSec: 60, budgetMs: 5_000 });
            return { status: 200, body: { face: outcome } };
          };
        },
      },
    },
    openStepUpRequest: null,
    createOidcClients: ({ directoryFor }) =>
      oidc.clients.map((client) =>
        createLoginClient(client, directoryFor, { loginClaims: [], isAfterFactor: false, feedsHooks: false }),
      ),
    createProvisioning: async () => ({
      ...{ steps: [], checks: [], registration: null, listMembers: async function* () {} },
      census: async () => ({ users: acme.users.length, enrolled: 0, isComplete: true }),
    }),
    artefacts: {},
  };
}
`;

const folder = createFolder('acme');
const address = (file: string): string => pathToFileURL(join(folder, 'acme', file)).href;
const configuration = {
  ...{ port: 0, publicUrl, adminKey, modelsFolder, dataFolder: join(folder, 'data') },
  verifier: { kind: 'embedded', workers: 1 },
  connections: [
    {
      ...{ id: 'people', kind: 'acme', policy: { mode: 'enforce', liveness: 'off' } },
      oidc: { clients: [{ kind: 'acme_login', id: 'acme', secret, redirectUris: [callback] }] },
      acme: { users: ['ada'], hookSecret: secret },
    },
  ],
};
const log = createTextLog();
const deps = {
  ...{ log, random: systemRandom, clock: { now: () => epochMs(Date.now()) } },
  fetch: (url: string, init?: RequestInit) => fetch(url, init),
};

let load: (list: Parameters<typeof loadSetup>[0]) => Promise<Setup>;
let server: RunningServer;
let url: string;
beforeAll(async () => {
  mkdirSync(join(folder, 'acme'));
  symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'acme', 'config.js'), configModule);
  writeFileSync(join(folder, 'acme', 'index.js'), indexModule);
  const text = JSON.stringify(configuration);
  load = (list) => loadSetup(list, { ...deps, env: { FACESTEP_CONFIG: 'file' }, readFile: async () => text });

  const { acmeConnectionGuard } = await import(address('config.js'));
  const row = toProvider({
    guard: acmeConnectionGuard,
    load: async () => (await import(address('index.js'))).createAcmeAdapter,
  });
  const said: string[] = [];
  const tell = (line: string): void => void said.push(line);
  const loadAll = () => load([...providers, row]);
  const setup = await loadAll();
  server = await startServer(setup, {
    ...{ ...deps, contexts: createRequestContexts(), tell, engine: openEngine(setup.config, { ...deps, tell }) },
    announce: (lines) => lines.forEach(tell),
    secretUses: createSecretUses(deps),
    loadSetup: loadAll,
  });
  url = said.flatMap((line) => /listens on (\S+)/.exec(line)?.[1] ?? [])[0] ?? '';
});
afterAll(async () => {
  await server.stop();
});

const signIn = async (event: string, authorization = secret) => {
  const body = JSON.stringify({ user: 'ada', event });
  const response = await fetch(`${url}/hooks/people/sign-in`, { method: 'POST', headers: { authorization }, body });
  return { status: response.status, body: await response.json() };
};

test('a sign-in asks its hook, which lets through who has shown the face, once', async () => {
  const pictures = await loadPictures();
  const backend = await connectBackend(url, adminKey, { connection: 'people', application: 'portal' });
  await backend.enrol('ada', pictures.person[0]);
  expect(await signIn('first')).toEqual({ status: 200, body: { face: 'unverified' } });
  expect(await backend.checkFace('ada', pictures.stranger)).toBe('failed');
  expect(await backend.checkFace('ada', pictures.person[1])).toBe('passed');
  expect(await signIn('second', 'another secret')).toEqual({ status: 401, body: { refused: 'caller_untrusted' } });
  expect(await signIn('second')).toEqual({ status: 200, body: { face: 'verified' } });
  expect(await signIn('third')).toEqual({ status: 200, body: { face: 'unverified' } });
});

test('its own kind of OpenID client sends somebody to the camera', async () => {
  const parameters = { client_id: 'acme', response_type: 'code', scope: 'openid', redirect_uri: callback };
  const challenge = { code_challenge: 'c'.repeat(43), code_challenge_method: 'S256' };
  const query = new URLSearchParams({
    ...parameters,
    ...challenge,
    state: 's',
    nonce: 'n',
    login_hint: 'ada@example.com',
  });
  let next = `/oidc/people/authorize?${query}`;
  const cookies = new Map<string, string>();
  while (next.startsWith('/oidc/')) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const { headers } = await fetch(url + next, { headers: { cookie }, redirect: 'manual' });
    for (const [name, value] of headers.getSetCookie().map((each) => each.split(';')[0]!.split('=')))
      cookies.set(name!, value!);
    next = (headers.get('location') ?? 'nowhere').replace(publicUrl, '');
  }
  expect(next).toMatch(/^\/face#/);
});

test('without the row no connection can be of that kind', async () => {
  await expect(load(providers)).rejects.toMatchObject({
    code: 'config_invalid',
    detail: { problems: [{ path: 'connections.0 (people).kind' }] },
  });
});
