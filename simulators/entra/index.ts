import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import express from 'express';
import { Agent, fetch as fetchWith } from 'undici';
import type { Fetch } from '../../src/core/ports.js';
import { type Exchange, observeExchanges } from '../exchanges.js';
import { createSelfSigned } from '../tls-server.js';
import type { Cloud, CloudPart, Fault } from './cloud.js';
import { type AuthorizeForm, finishExternalMfa, type MfaStart, startExternalMfa } from './external-mfa.js';
import { createExternalMfaPages } from './external-mfa-pages.js';
import type { MfaResult } from './external-mfa-request.js';
import { createGraph } from './graph.js';
import { newApplication } from './graph-applications.js';
import { createLogin } from './login.js';
import { issueToken, type SignIn } from './sign-in.js';
import { type SignUp, type SignUpForm, signUp } from './sign-up.js';
import {
  addServicePrincipal,
  createSigningKey,
  createTenant,
  type DirectoryUser,
  findApplication,
  findServicePrincipal,
  grantRole,
  graphRoles,
  type Tenant,
  type UserFlow,
} from './tenant.js';

export interface Daemon {
  readonly clientId: string;
  readonly secret: string;
}

/** A simulated Entra ID: tenants, signing keys, tokens, Graph and callouts. It uses TLS, because MSAL demands it. */
export interface EntraSimulator {
  /** URL of the login host and of Graph, without a trailing slash. */
  readonly url: string;
  /** Certificate of the simulator, for NODE_EXTRA_CA_CERTS of another process. */
  readonly cert: string;
  readonly fetch: Fetch;
  readonly tenant: Tenant;
  readonly requests: Readonly<Record<CloudPart, number>>;
  addTenant(kind?: Tenant['kind']): Promise<Tenant>;
  addUser(user: { mail: string; userType?: DirectoryUser['userType'] }, tenant?: Tenant): DirectoryUser;
  /** Registers an application with a secret and grants it Graph permissions, by default all. */
  addDaemon(roles?: readonly string[]): Daemon;
  addExtension(clientId: string, name: string): string;
  expireSecret(daemon: Daemon): void;
  addCertificate(clientId: string, pem: string): void;
  /** Consents to a multi-tenant application in another tenant, with the given permissions. */
  consent(clientId: string, tenant: Tenant, roles: readonly string[]): void;
  addClientApp(settings?: { acceptMappedClaims?: boolean }, tenant?: Tenant): string;
  /** Attaches extensions to a user flow. In the real Entra, only its admin center can do this. */
  attachUserFlow(appId: string, flow: UserFlow, tenant?: Tenant): void;
  signIn(who: { appId: string; userId: string; correlationId?: string }, tenant?: Tenant): Promise<SignIn>;
  signInApp(appId: string, tenant?: Tenant): Promise<SignIn>;
  signUp(form: SignUpForm, tenant?: Tenant): Promise<SignUp>;
  addGroup(userIds?: readonly string[], tenant?: Tenant, name?: string): string;
  /**
   * Starts External MFA and returns the form that the browser posts to the provider. In a browser:
   * `/external-mfa/start?user=<user principal name or object id>`.
   * @throws MfaError if Entra would show an error
   */
  startExternalMfa(start: MfaStart, tenant?: Tenant): Promise<AuthorizeForm>;
  /** Validates the form that the provider posts back. A browser gets a page with `data-result`. */
  finishExternalMfa(form: Readonly<Record<string, string>>): Promise<MfaResult>;
  readonly mfaResults: readonly MfaResult[];
  setHintAudience(audience: 'clientId' | 'appId'): void;
  /** Publishes a new signing key. The former signing key stays published unless `dropFormer` is set. */
  rotateKey(options?: { dropFormer?: boolean }, tenant?: Tenant): Promise<void>;
  /** Delays new objects in Graph. The real Graph took 20 s in a test. */
  setLateSec(seconds: number): void;
  setHookTimeoutMs(timeoutMs: number | null): void;
  fail(part: CloudPart, fault: Fault): void;
  heal(part: CloudPart): void;
  close(): Promise<void>;
}

export async function startEntraSimulator({
  port = 0,
  kind = 'workforce',
  now = Date.now,
  hookTimeoutMs = null,
  fetchProvider = (url, init) => fetch(url, init),
  throttledEvery = null,
  lateSec = 0,
  onExchange,
}: {
  readonly port?: number;
  readonly kind?: Tenant['kind'];
  readonly now?: () => number;
  readonly hookTimeoutMs?: number | null;
  readonly fetchProvider?: Fetch;
  readonly throttledEvery?: number | null;
  readonly lateSec?: number;
  readonly onExchange?: ((exchange: Exchange) => void) | undefined;
} = {}): Promise<EntraSimulator> {
  const cloud: Cloud = {
    url: '',
    now,
    tenants: new Map(),
    faults: new Map(),
    hookTimeoutMs,
    lateMs: lateSec * 1000,
    madeAt: new Map(),
    throttledEvery,
    pageSize: 2,
    requests: { login: 0, keys: 0, graph: 0 },
    hintAudience: 'clientId',
    mfaRequests: new Map(),
    mfaResults: [],
    fetchProvider,
    providerMetadata: new Map(),
  };
  const app = express();
  app.use('/v1.0', createGraph(cloud));
  app.use(createExternalMfaPages(cloud));
  app.use(createLogin(cloud));
  const selfSigned = createSelfSigned();
  const server = createServer(selfSigned, app);
  if (onExchange !== undefined) observeExchanges(server, onExchange);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  cloud.url = `https://127.0.0.1:${typeof address === 'object' ? address?.port : port}`;

  const addTenant = async (kindOfIt: Tenant['kind'] = 'workforce'): Promise<Tenant> => {
    const id = randomUUID();
    // The real host of an external tenant is https://{domain}.ciamlogin.com, and its issuer has the tenant's id.
    const host = kindOfIt === 'external' ? `https://${id}.ciamlogin.com` : cloud.url;
    const added = await createTenant({ id, kind: kindOfIt, issuer: `${host}/${id}/v2.0` });
    cloud.tenants.set(id, added);
    return added;
  };
  const tenant = await addTenant(kind);
  const agent = new Agent({ connect: { ca: selfSigned.cert } });

  const register = (within: Tenant, displayName: string) => {
    const application = newApplication(displayName);
    within.applications.set(application.id, application);
    addServicePrincipal(within, application.appId, displayName);
    return application;
  };
  const findUser = (within: Tenant, id: string): DirectoryUser => {
    const user = within.users.get(id);
    if (user === undefined) throw new Error('no such user');
    return user;
  };

  return {
    url: cloud.url,
    cert: selfSigned.cert,
    async fetch(url, init) {
      // undici and Node's own fetch have the same request and response types.
      const response = await fetchWith(url, { ...(init as object), dispatcher: agent });
      return response as unknown as Response;
    },
    tenant,
    requests: cloud.requests,
    addTenant,
    addUser({ mail, userType = 'Member' }, within = tenant) {
      const name = mail.split('@')[0] ?? mail;
      const userPrincipalName = userType === 'Guest' ? `${name}_example.com#EXT#@contoso.onmicrosoft.com` : mail;
      const user = {
        id: randomUUID(),
        userPrincipalName,
        displayName: name,
        mail,
        userType,
        accountEnabled: true,
        details: {},
        extensions: {},
      };
      within.users.set(user.id, user);
      return user;
    },
    addDaemon(roles = Object.keys(graphRoles).filter((value) => !value.endsWith('Receive.Payload'))) {
      const application = register(tenant, 'facestep');
      const secret = randomUUID() + randomUUID();
      application.secrets.add(secret);
      for (const role of roles) grantRole(tenant, application.appId, role);
      return { clientId: application.appId, secret };
    },
    addExtension(clientId, name) {
      const id = randomUUID();
      const full = `extension_${clientId.replaceAll('-', '')}_${name}`;
      const property = { id, name: full, dataType: 'String', isMultiValued: false, targetObjects: ['User'] };
      findApplication(tenant, clientId)?.extensionProperties.set(id, property);
      return full;
    },
    expireSecret({ clientId, secret }) {
      const application = findApplication(tenant, clientId);
      if (application?.secrets.delete(secret)) application.expiredSecrets.add(secret);
    },
    addCertificate(clientId, pem) {
      findApplication(tenant, clientId)?.certificates.add(pem);
    },
    consent(clientId, within, roles) {
      const application = findApplication(tenant, clientId);
      if (application === undefined) throw new Error('no such application');
      if (findServicePrincipal(within, clientId) === undefined)
        addServicePrincipal(within, clientId, application.displayName);
      for (const role of roles) grantRole(within, clientId, role);
      // A tenant with the service principal also has the application's extension properties.
      within.applications.set(application.id, application);
    },
    addClientApp({ acceptMappedClaims = true } = {}, within = tenant) {
      const application = register(within, 'Client application');
      application.api.acceptMappedClaims = acceptMappedClaims;
      // Mapped claims need these settings.
      application.api.requestedAccessTokenVersion = acceptMappedClaims ? 2 : null;
      return application.appId;
    },
    attachUserFlow(appId, flow, within = tenant) {
      within.userFlows.set(appId, flow);
    },
    signIn: ({ appId, userId, correlationId }, within = tenant) =>
      issueToken(cloud, within, {
        appId,
        user: findUser(within, userId),
        ...(correlationId === undefined ? {} : { correlationId }),
      }),
    signInApp: (appId, within = tenant) => issueToken(cloud, within, { appId, user: null }),
    signUp: (form, within = tenant) => signUp(cloud, within, form),
    addGroup(userIds = [], within = tenant, name = '') {
      const id = randomUUID();
      within.groupNames.set(id, name);
      within.groups.set(id, new Set(userIds));
      return id;
    },
    startExternalMfa: (start, within = tenant) => startExternalMfa(cloud, within, start),
    finishExternalMfa: (form) => finishExternalMfa(cloud, form),
    mfaResults: cloud.mfaResults,
    setHintAudience(audience) {
      cloud.hintAudience = audience;
    },
    async rotateKey({ dropFormer = false } = {}, within = tenant) {
      if (dropFormer) within.keys.length = 0;
      within.keys.push(await createSigningKey());
    },
    setLateSec(seconds) {
      cloud.lateMs = seconds * 1000;
    },
    setHookTimeoutMs(timeoutMs) {
      cloud.hookTimeoutMs = timeoutMs;
    },
    fail: (part, fault) => void cloud.faults.set(part, fault),
    heal: (part) => void cloud.faults.delete(part),
    async close() {
      await agent.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
