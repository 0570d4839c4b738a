import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { JWK } from 'jose';
import { z } from 'zod';
import type { Fetch } from '../../src/core/ports.js';
import { type Exchange, observeExchanges } from '../exchanges.js';
import { createAccess } from './access.js';
import {
  addAuthorizationServer,
  createAuthorizationServers,
  createAuthorizationServersApi,
} from './authorization-servers.js';
import { answerError } from './errors.js';
import { settleEvents } from './event-delivery.js';
import { createEventHooksApi } from './event-hooks.js';
import { createFactorSignIn } from './factor-sign-in.js';
import { createGroupsApi } from './groups.js';
import { createAuthenticatorsApi, createIdentityProvidersApi } from './identity-providers.js';
import { createIdentityVerification } from './identity-verification.js';
import { newId } from './ids.js';
import { createInlineHooksApi } from './inline-hooks.js';
import { createOrg, type IdentityProvider, type LogEvent, type Org, type OrgClient } from './org.js';
import { limitRate } from './paging.js';
import { createEnrollmentForms, createEnrollmentPolicyApi } from './registration.js';
import { createSamlAppsApi, createSamlSignIn } from './saml.js';
import { createSecurityEventsProvidersApi, createSecurityEventsReceiver } from './security-events.js';
import { createUserSchemaApi } from './user-schema.js';
import { createUsersApi } from './users.js';

export type SignIn =
  | {
      readonly ok: true;
      readonly idToken: string | null;
      readonly accessToken: string;
      readonly refreshToken: string | null;
    }
  | { readonly ok: false; readonly error: string; readonly description: string };

export type HookChannelSettings =
  | { readonly type: 'HTTP'; readonly header: string; readonly secret: string }
  | {
      readonly type: 'OAUTH';
      readonly clientId: string;
      /** Secret of the client, or `null` if the client signs with the hook key. */
      readonly clientSecret: string | null;
      readonly hookKeyId: string | null;
      readonly tokenUrl: string;
      readonly scope: string;
    };

export interface OktaSimulator {
  readonly url: string;
  readonly apiToken: string;
  readonly application: string;
  readonly org: Org;
  createUser(user: { login: string; password: string; firstName?: string; lastName?: string }): Promise<string>;
  /** Creates a user whose password a hook imports. */
  createUserToImport(login: string): Promise<string>;
  changeStatus(userId: string, verb: 'deactivate' | 'suspend' | 'unsuspend' | 'activate' | 'reactivate'): Promise<void>;
  deleteUser(userId: string): Promise<void>;
  /** Resolves once event hooks received all events so far. */
  settleEvents(): Promise<void>;
  /** Registers an application. In the real Okta, this is done in the Admin Console. */
  addClient(client: Partial<Omit<OrgClient, 'id'>>): OrgClient;
  addHookKey(name: string): Promise<{ readonly id: string; readonly publicJwk: JWK }>;
  addAuthorizationServer(server: { id: string; audience: string }): Promise<{ readonly issuer: string }>;
  /**
   * Creates a hook and attaches it to a policy rule, of the default authorization server or of the user profile policy.
   * A password import hook needs no rule.
   */
  attachHook(hook: {
    kind: 'token' | 'registration' | 'password-import';
    uri: string;
    channel: HookChannelSettings;
  }): Promise<{ readonly id: string }>;
  addEventHook(hook: { uri: string; secret: string; events: readonly string[]; verify?: boolean }): Promise<void>;
  addSamlApp(app: {
    uri: string;
    channel: HookChannelSettings;
    statements?: Readonly<Record<string, string>>;
  }): Promise<{ readonly id: string }>;
  /** Sets "IdP Usage". In the real Okta, only the Admin Console can do this. */
  setIdpUsage(idpId: string, usage: IdentityProvider['usage']): void;
  signInBySaml(user: { appId: string; login: string; password: string }): Promise<string | null>;
  signIn(user: { login: string; password: string; scope?: string }): Promise<SignIn>;
  refresh(refreshToken: string): Promise<SignIn>;
  readLog(): Promise<readonly LogEvent[]>;
  close(): Promise<void>;
}

async function callApi(org: Org, apiToken: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const send = () =>
    fetch(org.url + path, {
      method,
      headers: { Authorization: `SSWS ${apiToken}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  let response = await send();
  if (response.status === 429) response = await send();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  const text = await response.text();
  return text === '' ? null : JSON.parse(text);
}

const withIdGuard = z.object({ id: z.string() });
const logGuard = z.array(z.custom<LogEvent>((event) => z.object({ eventType: z.string() }).safeParse(event).success));
const tokensGuard = z.object({
  access_token: z.string(),
  id_token: z.string().optional(),
  refresh_token: z.string().optional(),
});
const oauthErrorGuard = z.object({ error: z.string(), error_description: z.string() });

export async function startOktaSimulator({
  port = 0,
  now = Date.now,
  hookTimeoutMs = 3_000,
  reach = fetch,
  onExchange,
}: {
  readonly port?: number;
  readonly now?: () => number;
  readonly hookTimeoutMs?: number;
  readonly reach?: Fetch;
  readonly onExchange?: ((exchange: Exchange) => void) | undefined;
} = {}): Promise<OktaSimulator> {
  const org = createOrg({ now, hookTimeoutMs, fetch: reach });
  const server = createServer(createApp(org));
  if (onExchange !== undefined) observeExchanges(server, onExchange);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address: AddressInfo | string | null = server.address();
  org.url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : port}`;

  const apiToken = newId('00', 42);
  org.apiTokens.add(apiToken);
  await addAuthorizationServer(org, { id: 'default', name: 'default', audience: 'api://default' });
  const api = (method: string, path: string, body?: unknown) => callApi(org, apiToken, method, path, body);

  const addClient: OktaSimulator['addClient'] = (client) => {
    const defaults = { name: 'Application', secret: null, publicJwks: [], scopes: [], requireDpop: false };
    const added = { id: newId('0oa'), ...defaults, ...client };
    org.clients.set(added.id, added);
    return added;
  };
  const application = addClient({ name: 'Web application', secret: newId('', 40) });
  const requestTokens = async (form: Record<string, string>): Promise<SignIn> => {
    const response = await fetch(`${org.url}/oauth2/default/v1/token`, {
      method: 'POST',
      body: new URLSearchParams({ ...form, client_id: application.id, client_secret: application.secret ?? '' }),
    });
    const body: unknown = await response.json();
    if (response.ok) {
      const { access_token, id_token = null, refresh_token = null } = tokensGuard.parse(body);
      return { ok: true, accessToken: access_token, idToken: id_token, refreshToken: refresh_token };
    }
    const { error, error_description } = oauthErrorGuard.parse(body);
    return { ok: false, error, description: error_description };
  };

  return {
    url: org.url,
    apiToken,
    application: application.id,
    org,
    addClient,
    async createUser({ login, password, firstName = 'Test', lastName = 'User' }) {
      const profile = { login, email: login, firstName, lastName };
      const user = await api('POST', '/api/v1/users', { profile, credentials: { password: { value: password } } });
      return withIdGuard.parse(user).id;
    },
    async createUserToImport(login) {
      const profile = { login, email: login, firstName: 'Test', lastName: 'User' };
      const credentials = { password: { hook: { type: 'default' } } };
      return withIdGuard.parse(await api('POST', '/api/v1/users', { profile, credentials })).id;
    },
    async changeStatus(userId, verb) {
      await api('POST', `/api/v1/users/${userId}/lifecycle/${verb}`);
    },
    async deleteUser(userId) {
      await api('DELETE', `/api/v1/users/${userId}`);
    },
    settleEvents: () => settleEvents(org),
    setIdpUsage(idpId, usage) {
      const idp = org.identityProviders.get(idpId);
      if (idp !== undefined) idp.usage = usage;
    },
    async addHookKey(name) {
      const { id } = withIdGuard.parse(await api('POST', '/api/v1/hook-keys', { name }));
      const publicJwk = org.hookKeys.get(id)?.publicJwk;
      if (publicJwk === undefined) throw new Error('no such hook key');
      return { id, publicJwk };
    },
    addAuthorizationServer: ({ id, audience }) => addAuthorizationServer(org, { id, name: id, audience }),
    async attachHook({ kind, uri, channel }) {
      const id = await createHook(api, hookTypes[kind], uri, channel);
      if (kind === 'token') await attachToDefaultServer(org, api, id);
      if (kind === 'registration') await attachToProfilePolicy(org, api, id);
      return { id };
    },
    async addEventHook({ uri, secret, events, verify = true }) {
      const authScheme = { type: 'HEADER', key: 'Authorization', value: secret };
      const channel = { type: 'HTTP', version: '1.0.0', config: { uri, headers: [], authScheme } };
      const hook = { name: 'Face step-up, events', events: { type: 'EVENT_TYPE', items: events }, channel };
      const { id } = withIdGuard.parse(await api('POST', '/api/v1/eventHooks', hook));
      if (verify) await api('POST', `/api/v1/eventHooks/${id}/lifecycle/verify`);
    },
    async addSamlApp({ uri, channel, statements = {} }) {
      const id = await createHook(api, 'com.okta.saml.tokens.transform', uri, channel);
      const attributeStatements = Object.entries(statements).map(([name, value]) => ({
        type: 'EXPRESSION',
        name,
        values: [value],
      }));
      const signOn = { audience: 'urn:example:sp', recipient: 'https://sp.example.com/saml/sso', attributeStatements };
      const settings = { signOn: { ...signOn, inlineHooks: [{ id }] } };
      const app = await api('POST', '/api/v1/apps', { label: 'SAML app', signOnMode: 'SAML_2_0', settings });
      return { id: withIdGuard.parse(app).id };
    },
    async signInBySaml({ appId, login, password }) {
      const body = new URLSearchParams({ username: login, password });
      const response = await fetch(`${org.url}/app/${appId}/sso/saml`, { method: 'POST', body });
      return response.ok ? z.object({ assertion: z.string() }).parse(await response.json()).assertion : null;
    },
    signIn: ({ login, password, scope = 'openid profile' }) =>
      requestTokens({ grant_type: 'password', username: login, password, scope }),
    refresh: (refreshToken) => requestTokens({ grant_type: 'refresh_token', refresh_token: refreshToken }),
    readLog: async () => logGuard.parse(await api('GET', '/api/v1/logs')),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const hookTypes = {
  token: 'com.okta.oauth2.tokens.transform',
  registration: 'com.okta.user.pre-registration',
  'password-import': 'com.okta.user.credential.password.import',
} as const;

async function createHook(api: CallApi, type: string, uri: string, channel: HookChannelSettings): Promise<string> {
  const hook = { name: `Face step-up, ${type}`, type, version: '1.0.0', channel: toChannel(uri, channel) };
  return withIdGuard.parse(await api('POST', '/api/v1/inlineHooks', hook)).id;
}

function createApp(org: Org): express.Express {
  const app = express();
  app.use((_request, response, next) => {
    response.set('Date', new Date(org.now()).toUTCString());
    next();
  });
  const { router, requireScope } = createAccess(org);
  app.use('/oauth2/v1/token', limitRate(org));
  app.use(router);
  app.use(createFactorSignIn(org));
  app.use(createIdentityVerification(org));
  app.use('/oauth2', createAuthorizationServers(org));
  app.use('/security/api/v1/security-events', createSecurityEventsReceiver(org));
  app.use(express.json({ limit: '1mb' }));
  app.use('/api/v1', limitRate(org));
  app.use('/api/v1/users', createUsersApi(org, requireScope));
  app.use('/api/v1/groups', createGroupsApi(org, requireScope));
  app.use('/api/v1/meta/schemas/user', createUserSchemaApi(org, requireScope));
  app.use('/api/v1/authorizationServers', createAuthorizationServersApi(org, requireScope));
  app.use('/api/v1/policies', createEnrollmentPolicyApi(org, requireScope));
  app.get('/api/v1/logs', requireScope('okta.logs.read'), (_request, response) => {
    response.json(org.log);
  });
  app.use('/api/v1/eventHooks', createEventHooksApi(org, requireScope));
  app.use('/api/v1/apps', createSamlAppsApi(org, requireScope));
  app.use('/api/v1/security-events-providers', createSecurityEventsProvidersApi(org, requireScope));
  app.use('/api/v1/idps', createIdentityProvidersApi(org, requireScope));
  app.use('/api/v1/authenticators', createAuthenticatorsApi(org, requireScope));
  app.use('/app', createSamlSignIn(org));
  app.use('/api/v1', createInlineHooksApi(org, requireScope));
  app.use('/idp/idx/enroll', createEnrollmentForms(org));
  app.use(answerError);
  return app;
}

function toChannel(uri: string, channel: HookChannelSettings) {
  const shared = { uri, method: 'POST', headers: [] };
  if (channel.type === 'HTTP') {
    const authScheme = { type: 'HEADER', key: channel.header, value: channel.secret };
    return { type: 'HTTP', version: '1.0.0', config: { ...shared, authScheme } };
  }
  const { clientId, clientSecret, hookKeyId, tokenUrl, scope } = channel;
  const authType = clientSecret === null ? 'private_key_jwt' : 'client_secret_post';
  const config = { ...shared, authType, clientId, clientSecret, hookKeyId, tokenUrl, scope };
  return { type: 'OAUTH', version: '1.0.0', config };
}

type CallApi = (method: string, path: string, body?: unknown) => Promise<unknown>;

async function attachToDefaultServer(org: Org, api: CallApi, hookId: string): Promise<void> {
  const policy = org.servers.get('default')?.policy;
  await api('PUT', `/api/v1/authorizationServers/default/policies/${policy?.id}/rules/${policy?.rule.id}`, {
    name: 'Default rule',
    type: 'RESOURCE_ACCESS',
    conditions: { grantTypes: { include: ['password'] } },
    actions: { token: { accessTokenLifetimeMinutes: 60, inlineHook: { id: hookId } } },
  });
}

async function attachToProfilePolicy(org: Org, api: CallApi, hookId: string): Promise<void> {
  await api('PUT', `/api/v1/policies/${org.registrationRule.policyId}/rules/${org.registrationRule.id}`, {
    name: 'Default rule',
    type: 'PROFILE_ENROLLMENT',
    actions: { profileEnrollment: { access: 'ALLOW', preRegistrationInlineHooks: [{ inlineHookId: hookId }] } },
  });
}
