import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as client from 'openid-client';
import { createOidcGuard, type OidcConfig, withoutClients } from '../../src/config/oidc.js';
import type { OidcClient, OidcClientDeps } from '../../src/connections/openid-client.js';
import type { Connection, Policy } from '../../src/core/connection.js';
import type { CoreDeps, Limits } from '../../src/core/deps.js';
import type { State } from '../../src/core/ports.js';
import { loadOidcExtensions } from '../../src/extensions/index.js';
import type { OrganisationRules } from '../../src/extensions/organisations/config.js';
import { type BodyPools, createBodyPools } from '../../src/http/request-budget.js';
import { createIssuers } from '../../src/oidc/issuers.js';
import { createSignInRules } from '../../src/step-up/evaluate-sign-in.js';
import { createOidcKeys, type OidcKeys } from '../../src/storage/keys/oidc-keys.js';
import { standardSettings } from '../data/settings.js';
import { type Browser, createBrowser, showFace } from '../fakes/browser.js';
import { drawPicture } from '../fakes/embedded.js';
import { testIssuer } from '../fakes/keys.js';
import { createMemoryProfile, findEveryGroup, loginOf } from '../fakes/simulated-profile.js';
import { createFolder } from '../run/folder.js';
import { startApiServer, toForm } from '../servers/api-server.js';
import { createTestConnection } from './core.js';

export const redirectUri = 'https://app.example.com/callback';
export const clientSecret = 'a-secret-of-the-application-0123456789';

/** One client for each authentication method. */
export const oidcConfig = createOidcGuard([]).parse({
  clients: [
    { kind: 'relying_party', id: 'app', secret: clientSecret, redirectUris: [redirectUri] },
    { kind: 'relying_party', id: 'spa', redirectUris: [redirectUri, 'https://app.example.com/other'] },
    { kind: 'relying_party', id: 'portal', secret: clientSecret, redirectUris: [redirectUri], mayEnrol: true },
  ],
});

let keysFolder = '';

/** Creating the provider's keys is slow, so all tests of a file share them. */
export function findKeysFile(): string {
  if (!existsSync(keysFolder)) keysFolder = createFolder('oidc');
  return join(keysFolder, 'oidc-keys.json');
}

/** An authorization request with PKCE, and what its answer is checked with. */
export async function prepareRequest(more: Readonly<Record<string, string>> = {}) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const params = {
    redirect_uri: redirectUri,
    scope: 'openid',
    state: 's-1',
    nonce: 'n-1',
    login_hint: loginOf('anna'),
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...more,
  };
  return { params, checks: { pkceCodeVerifier, expectedNonce: 'n-1', expectedState: 's-1' } };
}

/** Parameters of an authorization request for anna. */
export const paramsOf = (change: Readonly<Record<string, string>> = {}) => ({
  client_id: 'app',
  redirect_uri: redirectUri,
  response_type: 'code',
  scope: 'openid',
  state: 's-1',
  login_hint: loginOf('anna'),
  ...change,
});

/** Starts a server with one OpenID provider, as behind a TLS proxy. */
export async function startIssuer({
  openKeys = (core) => createOidcKeys({ ...core, file: findKeysFile() }),
  policy = {},
  config = oidcConfig,
  organisations = null,
  createOidcClients = () => [],
  sources = [],
  publicUrl = testIssuer,
  toState = (state) => state,
  limits = {},
  proxyHops = 0,
  bodyPools = createBodyPools(),
}: {
  openKeys?: (core: CoreDeps) => Promise<OidcKeys>;
  policy?: Partial<Policy>;
  config?: OidcConfig;
  organisations?: OrganisationRules | null;
  createOidcClients?: (deps: OidcClientDeps) => readonly OidcClient[];
  sources?: readonly Connection[];
  publicUrl?: string;
  toState?: (state: State) => State;
  limits?: Partial<Limits>;
  /** If 1, client addresses are taken from `X-Forwarded-For`. */
  proxyHops?: number;
  bodyPools?: BodyPools;
} = {}) {
  const profile = createMemoryProfile(['anna', 'berta', 'unenrolled']);
  const connection = createTestConnection({ id: 'work', profile, policy });
  const connections = new Map([connection, ...sources].map((each) => [each.id, each]));
  const server = await startApiServer({
    toState,
    issuer: publicUrl,
    settings: { ...standardSettings, limits: { ...standardSettings.limits, ...limits } },
    proxyHops,
    connections,
    bodyPools,
    oidc: async (core) => {
      const oidcKeys = await openKeys(core);
      const ruled =
        connection.policy.rules.length === 0
          ? connection
          : { ...connection, signInRules: createSignInRules({ ...connection, findGroupIds: findEveryGroup }, core) };
      connections.set(connection.id, ruled);
      const withClients = { connection: ruled, oidc: config, sections: { organisations }, createOidcClients };
      const others = sources.map((each) => ({
        connection: each,
        oidc: withoutClients,
        sections: {},
        createOidcClients: () => [],
      }));
      return createIssuers([withClients, ...others], await loadOidcExtensions(), {
        ...core,
        issuer: publicUrl,
        oidcKeys,
      });
    },
  });
  const issuer = `${publicUrl}/oidc/work`;
  const open = (url: string, init: RequestInit = {}) => {
    const { origin, pathname, search } = new URL(url);
    if (origin !== publicUrl) throw new Error(`a request to ${origin}`);
    return fetch(`${server.origin}${pathname}${search}`, init);
  };
  const discover = async (id: string, auth: client.ClientAuth = client.ClientSecretBasic(clientSecret)) => {
    const found = await client.discovery(new URL(issuer), id, {}, auth, {
      [client.customFetch]: (url, init) => open(url, { ...init, body: init.body ?? null }),
    });
    return found;
  };
  const enrol = async (subject: string, person = subject, at = 'work') => {
    const { token } = await server.issue();
    const fields = {
      connection: at,
      subject,
      consentStatement: 'test',
      consentGivenAt: new Date(server.clock.now()).toISOString(),
    };
    const photo = [1, 2, 3].map((shot) => drawPicture(person, shot));
    await server.postForm('/enrolments', toForm({ ...fields, photo }), { 'x-auth-token': token });
  };
  /** @param address - the browser's address, as a proxy reports it */
  const newBrowser = (address?: string, headers: Readonly<Record<string, string>> = {}) =>
    createBrowser((url, init) => {
      const more = address === undefined ? headers : { ...headers, 'x-forwarded-for': address };
      return open(url, { ...init, headers: { ...Object(init.headers), ...more } });
    });
  const show = (browser: Browser, link: string, person: string, more: { pin?: string } = {}) =>
    showFace(browser, link, { person, advanceSec: server.clock.advanceSec, ...more });
  return {
    server,
    issuer,
    profile,
    connection,
    open,
    discover,
    enrol,
    newBrowser,
    show,
    /** From an authorization request to where the client is answered. */
    async authorize({ href }: URL, person = 'anna') {
      const browser = newBrowser();
      const camera = await browser.follow(href);
      if (!camera.url.includes('/face#')) throw new Error(`no camera at ${camera.url}`);
      const shown = await show(browser, camera.url, person);
      const back = await browser.follow(shown.returnUrl);
      return { shown, back, answer: new URL(back.url) };
    },
    stop: () => server.stop(),
  };
}

export type TestIssuer = Awaited<ReturnType<typeof startIssuer>>;
export { loginOf };
