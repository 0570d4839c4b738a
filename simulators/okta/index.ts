import { createServer } from 'node:http';
import express, { type Router } from 'express';
import { z } from 'zod';
import { type SimulatorOptions, serve } from '../serve.js';
import { createAccess } from './access.js';
import { createAuthorizationServers, createAuthorizationServersApi } from './authorization-servers.js';
import { answerError } from './errors.js';
import { settleEvents } from './event-delivery.js';
import { createEventHooksApi, createInlineHooksApi } from './hooks.js';
import { createAuthenticatorsApi, createIdentityProvidersApi } from './identity-providers.js';
import { addAuthorizationServer, createOrg, type IdentityProvider, newId, type Org, type OrgClient } from './org.js';
import { limitRate } from './paging.js';
import { createRecoveryApi, isCredentialAlive, useCredential } from './recovery.js';
import { createEnrollmentForms, createEnrollmentPolicyApi } from './registration.js';
import { createSamlAppsApi } from './saml-apps.js';
import { createSecurityEventsProvidersApi } from './security-events.js';
import { createUserSchemaApi } from './user-schema.js';
import { createGroupsApi, createUsersApi } from './users.js';

export type SignIn =
  | { readonly ok: true; readonly idToken: string | null; readonly accessToken: string }
  | { readonly ok: false; readonly error: string; readonly description: string };

export type OktaSimulator = Awaited<ReturnType<typeof startOktaSimulator>>;

const withIdGuard = z.object({ id: z.string() });
const tokensGuard = z.object({ access_token: z.string(), id_token: z.string().optional() });
const oauthErrorGuard = z.object({ error: z.string(), error_description: z.string() });

export async function startOktaSimulator({
  port = 0,
  now = Date.now,
  hookTimeoutMs = 3_000,
  reach = fetch,
  onServer,
  pages = [],
}: SimulatorOptions & {
  readonly hookTimeoutMs?: number;
  /** Sign-ins in a browser, which only tests open. */
  readonly pages?: readonly ((org: Org) => Router)[];
} = {}) {
  const org = createOrg({ now, hookTimeoutMs, fetch: reach });
  const { host, close } = await serve(createServer(createApp(org, pages)), { port, onServer });
  org.url = `http://${host}`;
  const apiToken = newId('00', 42);
  org.apiTokens.add(apiToken);
  await addAuthorizationServer(org, 'default', 'api://default');

  const api = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const send = () =>
      fetch(org.url + path, {
        method,
        headers: { Authorization: `SSWS ${apiToken}`, 'Content-Type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    let response = await send();
    if (response.status === 429) response = await send();
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
  /** Registers an application. In the real Okta, this is done in the Admin Console. */
  const addClient = (client: Partial<Omit<OrgClient, 'id'>>): OrgClient => {
    const defaults = { name: 'Application', secret: null, publicJwks: [], scopes: [], requireDpop: false, role: null };
    const added = { id: newId('0oa'), ...defaults, ...client };
    org.clients.set(added.id, added);
    return added;
  };
  const application = addClient({ name: 'Web application', secret: newId('', 40) });
  const createUser = async (login: string, names: object, password: object): Promise<string> => {
    const profile = { login, email: login, firstName: 'Test', lastName: 'User', ...names };
    return withIdGuard.parse(await api('POST', '/api/v1/users', { profile, credentials: { password } })).id;
  };

  return {
    url: org.url,
    apiToken,
    application: application.id,
    org,
    addClient,
    /** Returns the settings of a connection to the org. */
    toSettings: (hookSecret: string) => ({
      orgUrl: org.url,
      auth: { kind: 'api_token', token: apiToken } as const,
      hooks: { secret: { value: hookSecret } },
    }),
    /** Calls an API as an administrator. */
    api,
    createUser: ({
      login,
      password,
      ...names
    }: {
      login: string;
      password: string;
      firstName?: string;
      lastName?: string;
    }) => createUser(login, names, { value: password }),
    /** Creates a user whose password a hook imports. */
    createUserToImport: (login: string) => createUser(login, {}, { hook: { type: 'default' } }),
    async changeStatus(userId: string, verb: 'deactivate' | 'suspend' | 'activate'): Promise<void> {
      await api('POST', `/api/v1/users/${userId}/lifecycle/${verb}`);
    },
    /** Resolves once event hooks received all events so far. */
    settleEvents: () => settleEvents(org),
    /** Sets "IdP Usage". In the real Okta, only the Admin Console can do this. */
    setIdpUsage(idpId: string, usage: IdentityProvider['usage']): void {
      const idp = org.identityProviders.get(idpId);
      if (idp !== undefined) idp.usage = usage;
    },
    async signIn({ login, password }: { login: string; password: string }): Promise<SignIn> {
      const response = await fetch(`${org.url}/oauth2/default/v1/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'password',
          username: login,
          password,
          scope: 'openid profile',
          client_id: application.id,
          client_secret: application.secret ?? '',
        }),
      });
      const body: unknown = await response.json();
      if (response.ok) {
        const { access_token, id_token = null } = tokensGuard.parse(body);
        return { ok: true, accessToken: access_token, idToken: id_token };
      }
      const { error, error_description } = oauthErrorGuard.parse(body);
      return { ok: false, error, description: error_description };
    },
    /** Returns true if a sign-in with this Temporary Access Code or password would succeed. */
    isCredentialAlive: (value: string): boolean => isCredentialAlive(org, value),
    /** Signs in with a Temporary Access Code or password. Returns true if that succeeds. */
    useCredential: (value: string): boolean => useCredential(org, value),
    close,
  };
}

function createApp(org: Org, pages: readonly ((org: Org) => Router)[]): express.Express {
  const app = express();
  app.use((_request, response, next) => {
    response.set('Date', new Date(org.now()).toUTCString());
    next();
  });
  const { router, requireScope } = createAccess(org);
  app.use('/oauth2/v1/token', limitRate(org));
  app.use(router);
  for (const createPages of pages) app.use(createPages(org));
  app.use('/oauth2', createAuthorizationServers(org));
  app.use(express.json({ limit: '1mb' }));
  app.use('/api/v1', limitRate(org));
  app.use('/api/v1/users', createUsersApi(org, requireScope));
  app.use('/api/v1/users', createRecoveryApi(org, requireScope));
  app.use('/api/v1/groups', createGroupsApi(org, requireScope));
  app.use('/api/v1/meta/schemas/user', createUserSchemaApi(org, requireScope));
  app.use('/api/v1/authorizationServers', createAuthorizationServersApi(org, requireScope));
  app.use('/api/v1/policies', createEnrollmentPolicyApi(org, requireScope));
  app.use('/api/v1/apps', createSamlAppsApi(org, requireScope));
  app.use('/api/v1/eventHooks', createEventHooksApi(org, requireScope));
  app.use('/api/v1/inlineHooks', createInlineHooksApi(org, requireScope));
  app.use('/api/v1/security-events-providers', createSecurityEventsProvidersApi(org, requireScope));
  app.use('/api/v1/idps', createIdentityProvidersApi(org, requireScope));
  app.use('/api/v1/authenticators', createAuthenticatorsApi(org, requireScope));
  app.use('/idp/idx/enroll', createEnrollmentForms(org));
  app.use(answerError);
  return app;
}
