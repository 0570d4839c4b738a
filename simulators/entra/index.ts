import { randomUUID } from 'node:crypto';
import { createServer } from 'node:https';
import express from 'express';
import { Agent, fetch as fetchWith } from 'undici';
import type { Fetch } from '../../src/core/ports.js';
import { type SimulatorOptions, serve } from '../serve.js';
import { createSelfSigned } from '../tls-server.js';
import { type Cloud, type CloudPart, createCloud, type Fault } from './cloud.js';
import { createExternalMfaPages, finishExternalMfa, type MfaStart, startExternalMfa } from './external-mfa.js';
import { createGraph } from './graph.js';
import { newApplication } from './graph-applications.js';
import { addDirectoryRole, isPassAlive, usePass } from './graph-passes.js';
import { createLogin } from './login.js';
import { issueToken, type SignIn } from './sign-in.js';
import { type SignUpForm, signUp } from './sign-up.js';
import {
  addServicePrincipal,
  createSigningKey,
  createTenant,
  createUser,
  type DirectoryUser,
  findApplication,
  findServicePrincipal,
  grantRole,
  graphRoles,
  type Tenant,
  type UserFlow,
} from './tenant.js';

/** Initial domain of the external tenant, the issuer of its local accounts. */
export const customerDomain = 'contoso.onmicrosoft.com';

export type EntraSimulator = Awaited<ReturnType<typeof startEntraSimulator>>;
export type Daemon = ReturnType<EntraSimulator['addDaemon']>;

/** Starts a simulated Entra ID: tenants, signing keys, tokens, Graph and callouts. It uses TLS, because MSAL demands it. */
export async function startEntraSimulator({
  port = 0,
  kind = 'workforce',
  now = Date.now,
  hookTimeoutMs = null,
  fetchProvider = (url, init) => fetch(url, init),
  throttledEvery = null,
  lateSec = 0,
  onServer,
}: Omit<SimulatorOptions, 'reach'> & {
  readonly kind?: Tenant['kind'];
  readonly hookTimeoutMs?: number | null;
  readonly fetchProvider?: Fetch;
  readonly throttledEvery?: number | null;
  readonly lateSec?: number;
} = {}) {
  const options = { now, hookTimeoutMs, fetchProvider, throttledEvery, lateSec };
  const cloud = createCloud({ ...options, hintAudience: 'clientId' });
  const app = express();
  app.use(['/v1.0', '/beta'], createGraph(cloud));
  app.use(createExternalMfaPages(cloud));
  app.use(createLogin(cloud));
  const selfSigned = await createSelfSigned();
  const { host, close } = await serve(createServer(selfSigned, app), { port, onServer });
  cloud.url = `https://${host}`;

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

  return {
    /** URL of the login host and of Graph, without a trailing slash. */
    url: cloud.url,
    /** Certificate of the simulator, for NODE_EXTRA_CA_CERTS of another process. */
    cert: selfSigned.cert,
    async fetch(url: string, init: RequestInit): Promise<Response> {
      // undici and Node's own fetch have the same request and response types.
      const response = await fetchWith(url, { ...(init as object), dispatcher: agent });
      return response as unknown as Response;
    },
    tenant,
    requests: cloud.requests,
    /** Returns the settings of a connection to the tenant. */
    toSettings: ({ clientId, secret }: { readonly clientId: string; readonly secret: string }) => ({
      tenantId: tenant.id,
      clientId,
      auth: { kind: 'secret', secret },
      endpoints: { login: cloud.url, graph: cloud.url },
    }),
    addTenant,
    addUser(
      {
        mail,
        userType = 'Member',
        ...others
      }: { mail: string; userType?: DirectoryUser['userType'] } & Pick<DirectoryUser, 'otherMails'>,
      within = tenant,
    ) {
      const name = mail.split('@')[0] ?? mail;
      const userPrincipalName = userType === 'Guest' ? `${name}_example.com#EXT#@contoso.onmicrosoft.com` : mail;
      return createUser(within, { userPrincipalName, displayName: name, mail, userType, ...others });
    },
    /** Adds a customer who signed up by e-mail: only `identities` has the address. */
    addCustomer(address: string, given: Partial<Pick<DirectoryUser, 'mail' | 'otherMails' | 'identities'>> = {}) {
      const id = randomUUID();
      const issuer = customerDomain;
      return createUser(tenant, {
        id,
        userPrincipalName: `${id}@${issuer}`,
        displayName: address.split('@')[0] ?? address,
        mail: null,
        userType: 'Member',
        otherMails: [],
        identities: [
          { signInType: 'emailAddress', issuer, issuerAssignedId: address },
          { signInType: 'userPrincipalName', issuer, issuerAssignedId: `${id}@${issuer}` },
        ],
        ...given,
      });
    },
    /** Registers an application with a secret and grants it Graph permissions, by default all. */
    addDaemon(
      roles: readonly string[] = Object.keys(graphRoles).filter((value) => !value.endsWith('Receive.Payload')),
    ) {
      const application = register(tenant, 'facestep');
      const secret = randomUUID() + randomUUID();
      application.secrets.add(secret);
      for (const role of roles) grantRole(tenant, application.appId, role);
      return { clientId: application.appId, secret };
    },
    addExtension(clientId: string, name: string): string {
      const id = randomUUID();
      const full = `extension_${clientId.replaceAll('-', '')}_${name}`;
      const property = { id, name: full, dataType: 'String', isMultiValued: false } as const;
      findApplication(tenant, clientId)?.extensionProperties.set(id, { ...property, targetObjects: ['User'] });
      return full;
    },
    addCertificate(clientId: string, pem: string): void {
      findApplication(tenant, clientId)?.certificates.add(pem);
    },
    /** Consents to a multi-tenant application in another tenant, with the given permissions. */
    consent(clientId: string, within: Tenant, roles: readonly string[]): void {
      const application = findApplication(tenant, clientId);
      if (application === undefined) throw new Error('no such application');
      if (findServicePrincipal(within, clientId) === undefined)
        addServicePrincipal(within, clientId, application.displayName);
      for (const role of roles) grantRole(within, clientId, role);
      // A tenant with the service principal also has the application's extension properties.
      within.applications.set(application.id, application);
    },
    addClientApp({ acceptMappedClaims = true }: { acceptMappedClaims?: boolean } = {}): string {
      const application = register(tenant, 'Client application');
      application.api.acceptMappedClaims = acceptMappedClaims;
      // Mapped claims need these settings.
      application.api.requestedAccessTokenVersion = acceptMappedClaims ? 2 : null;
      return application.appId;
    },
    /** Adds a user flow for sign-ups to these applications, as an administrator does. */
    addUserFlow(displayName: string, { applications, inputs }: Pick<UserFlow, 'applications' | 'inputs'>): UserFlow {
      const flow = { id: randomUUID(), displayName, applications, inputs };
      tenant.userFlows.set(flow.id, flow);
      return flow;
    },
    signIn({ appId, userId }: { appId: string; userId: string }): Promise<SignIn> {
      const user = tenant.users.get(userId);
      if (user === undefined) throw new Error('no such user');
      return issueToken(cloud, tenant, { appId, user });
    },
    signInApp: (appId: string) => issueToken(cloud, tenant, { appId, user: null }),
    signUp: (form: SignUpForm) => signUp(cloud, tenant, form),
    addGroup(userIds: readonly string[] = [], within = tenant, name = ''): string {
      const id = randomUUID();
      within.groupNames.set(id, name);
      within.groups.set(id, new Set(userIds));
      return id;
    },
    /** Gives an administrator role to users or groups. */
    addDirectoryRole: (displayName: string, holders: readonly string[]) =>
      addDirectoryRole(tenant, displayName, holders),
    /** Returns true if a sign-in with this Temporary Access Pass would succeed. */
    isPassAlive: (pass: string): boolean => isPassAlive(cloud, tenant, pass),
    /** Signs in with a Temporary Access Pass. Returns true if that succeeds. */
    usePass: (pass: string): boolean => usePass(cloud, tenant, pass),
    /**
     * Starts External MFA and returns the form that the browser posts to the provider. In a browser:
     * `/external-mfa/start?user=<user principal name or object id>`.
     * @throws MfaError if Entra would show an error
     */
    startExternalMfa: (start: MfaStart) => startExternalMfa(cloud, tenant, start),
    /** Validates the form that the provider posts back. A browser gets a page with `data-result`. */
    finishExternalMfa: (form: Readonly<Record<string, string>>) => finishExternalMfa(cloud, form),
    setHintAudience(audience: Cloud['hintAudience']): void {
      cloud.hintAudience = audience;
    },
    /** Publishes a new signing key. The former signing key stays published. */
    async rotateKey(within = tenant): Promise<void> {
      within.keys.push(await createSigningKey());
    },
    fail: (part: CloudPart, fault: Fault) => void cloud.faults.set(part, fault),
    heal: (part: CloudPart) => void cloud.faults.delete(part),
    async close(): Promise<void> {
      await agent.close();
      await close();
    },
  };
}
