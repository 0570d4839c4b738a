import { z } from 'zod';
import { endpointsOf } from '../../src/connections/openid-provider.js';
import {
  blocked,
  createObjectStep,
  different,
  inConsole,
  missing,
  type ProvisionStep,
  type Registrant,
  type Registration,
} from '../../src/connections/provisioning.js';
import { makeOnce } from '../../src/core/base/make-once.js';
import { FaceError } from '../../src/errors.js';
import { type EntraConnection, type ExternalMfaConfig, guidGuard } from './config.js';
import {
  type Application,
  asksFor,
  consentPage,
  createServicePrincipalStep,
  findApplication,
  findServicePrincipal,
  graphAppId,
  permissionsPage,
  type RequestedPermission,
  toApplicationPage,
  withPermissions,
} from './provision-directory.js';
import { anything, type EntraProvisionDeps, required } from './provision-graph.js';

export const externalMfaClientsOf = ({ oidc }: Pick<EntraConnection, 'oidc'>): ExternalMfaConfig[] =>
  oidc?.clients.filter((client) => client.kind === 'entra_external_mfa') ?? [];

/**
 * Creates the steps for External MFA in the connection's own tenant.
 * @see https://learn.microsoft.com/en-us/entra/identity/authentication/how-to-authentication-external-method-manage
 */
export const createExternalMfaSteps = (client: ExternalMfaConfig, deps: EntraProvisionDeps): ProvisionStep[] => [
  createApplicationStep(client, deps),
  createServicePrincipalStep(client.appId, { whileDisabled: 'no user can sign in through External MFA then' }, deps),
  createConsentStep(client, deps),
  createMethodStep(client, deps),
  createTargetsStep(client, deps),
];

/** Delegated Graph permissions, with which the sign-in receives claims about the user. */
const delegated = {
  openid: { id: '37f7f235-527c-4136-accd-4a02d197296e', type: 'Scope' },
  profile: { id: '14dad69e-099b-42c9-810b-d002981feec1', type: 'Scope' },
} as const satisfies Record<string, RequestedPermission>;

const delegatedNames = Object.keys(delegated).join(', ');

function createApplicationStep({ appId, tenantIds }: ExternalMfaConfig, deps: EntraProvisionDeps): ProvisionStep {
  const { authorization: authorizationEndpoint } = endpointsOf(deps.publicUrl, deps.settings.id);
  const hasAddress = ({ web }: Application): boolean => web?.redirectUris?.includes(authorizationEndpoint) === true;
  const lacking = (application: Application): RequestedPermission[] =>
    Object.values(delegated).filter((permission) => !asksFor(application, permission));
  const isShared = tenantIds.length > 1;
  const isOpenEnough = ({ signInAudience }: Application): boolean =>
    !isShared || signInAudience === 'AzureADMultipleOrgs';
  const registration = [
    `Entra admin center > App registrations > New registration, if the application ${appId} does not exist: accounts in ${isShared ? 'any' : 'this'} organizational directory, no redirect URI.`,
    'Set its Application (client) ID as the id of the client of kind entra_external_mfa, and run this again.',
  ];
  return {
    title: `Application ${appId} of External MFA`,
    byHand: [
      ...registration,
      `${toApplicationPage(appId)} > Authentication > Web > Redirect URIs: ${authorizationEndpoint}`,
      `The application > ${permissionsPage} > Delegated permissions: ${delegatedNames}`,
      'The application > Expose an API: no scopes',
    ],
    async inspect() {
      const application = await findApplication(appId, deps);
      if (application === null) return inConsole(...registration);
      if ((application.api?.oauth2PermissionScopes ?? []).length > 0) {
        return blocked(
          'It publishes scopes, which the application of an external method must not',
          'Register a separate application without an API, and set its client ID in the configuration',
        );
      }
      return different([
        ...(hasAddress(application) ? [] : [`add the redirect URI ${authorizationEndpoint}`]),
        ...(lacking(application).length === 0
          ? []
          : ['ask for openid and profile of Microsoft Graph, in the name of users']),
        ...(isOpenEnough(application)
          ? []
          : ['make it multi-tenant, because it represents this provider in several tenants']),
      ]);
    },
    async apply() {
      const application = required(await findApplication(appId, deps), `the application ${appId}`);
      const added = lacking(application);
      await deps.graph.change(`/applications/${application.id}`, {
        ...(hasAddress(application)
          ? {}
          : { web: { redirectUris: [...(application.web?.redirectUris ?? []), authorizationEndpoint] } }),
        ...(added.length === 0 ? {} : { requiredResourceAccess: withPermissions(application, added) }),
        ...(isOpenEnough(application) ? {} : { signInAudience: 'AzureADMultipleOrgs' }),
      });
    },
  };
}

const grantGuard = z.object({
  id: z.string(),
  consentType: z.string(),
  resourceId: z.string(),
  scope: z.string(),
});

/** Creates the step for tenant-wide consent. Without consent, Entra prompts or refuses users (AADSTS900491). */
function createConsentStep({ appId }: ExternalMfaConfig, deps: EntraProvisionDeps): ProvisionStep {
  const delegatedScopes = Object.keys(delegated);
  const find = async () => {
    const principal = await findServicePrincipal(appId, deps);
    const graph = await findServicePrincipal(graphAppId, deps);
    if (principal === null || graph === null) return null;
    const all = await deps.graph.list(grantGuard, `/oauth2PermissionGrants?$filter=clientId eq '${principal.id}'`);
    const grant = all.find((each) => each.resourceId === graph.id && each.consentType === 'AllPrincipals');
    const scopes = (grant?.scope ?? '').split(' ').filter((scope) => scope !== '');
    return { principal, graph, grant, scopes, isWhole: delegatedScopes.every((scope) => scopes.includes(scope)) };
  };
  const unconsented = missing('consent to openid and profile for all users (admin consent)');
  return {
    title: 'Consent to External MFA',
    byHand: [`${toApplicationPage(appId)} > ${consentPage}`, `Permissions: ${delegatedNames}`],
    inspect: async () => ((await find())?.isWhole === true ? { state: 'ready' } : unconsented),
    async apply() {
      const { principal, graph, grant, scopes } = required(await find(), `the service principal of ${appId}`);
      const scope = [...new Set([...scopes, ...delegatedScopes])].join(' ');
      if (grant !== undefined) {
        await deps.graph.change(`/oauth2PermissionGrants/${grant.id}`, { scope });
        return;
      }
      const granted = { clientId: principal.id, consentType: 'AllPrincipals', resourceId: graph.id, scope };
      await deps.graph.create(anything, '/oauth2PermissionGrants', granted);
    },
  };
}

const policyPath = '/policies/authenticationMethodsPolicy';
const methodsPath = `${policyPath}/authenticationMethodConfigurations`;
const methodType = '#microsoft.graph.externalAuthenticationMethodConfiguration';

const targetGuard = z.object({
  targetType: z.string(),
  id: z.string(),
  isRegistrationRequired: z
    .boolean()
    .nullish()
    .transform((isRequired) => isRequired ?? false),
});

const methodGuard = z.object({
  id: z.string(),
  '@odata.type': z.literal(methodType),
  displayName: z.string(),
  appId: z.string().nullish(),
  state: z.string().nullish(),
  openIdConnectSetting: z.object({ clientId: z.string().nullish(), discoveryUrl: z.string().nullish() }).nullish(),
  includeTargets: z.array(targetGuard).nullish(),
});

type Method = z.output<typeof methodGuard>;

const policyGuard = z.object({
  authenticationMethodConfigurations: z
    .array(z.unknown())
    .transform((all) => all.flatMap((each) => methodGuard.safeParse(each).data ?? [])),
});

async function findMethod(client: ExternalMfaConfig, { graph }: EntraProvisionDeps): Promise<Method | null> {
  const { authenticationMethodConfigurations: all } = await graph.read(policyGuard, policyPath);
  const usesClient = ({ openIdConnectSetting }: Method): boolean => openIdConnectSetting?.clientId === client.id;
  const isNamed = ({ appId, displayName }: Method): boolean =>
    appId === client.appId && displayName === client.displayName;
  return all.find(usesClient) ?? all.find(isNamed) ?? null;
}

/**
 * Creates the step that adds External MFA to the authentication methods policy. It stays disabled: without `state`,
 * Graph creates it so, and the administrator enables it for groups.
 * @see https://learn.microsoft.com/en-us/graph/api/resources/externalauthenticationmethodconfiguration
 */
export function createMethodStep(client: ExternalMfaConfig, deps: EntraProvisionDeps): ProvisionStep {
  const clientId = client.id;
  const discoveryUrl = endpointsOf(deps.publicUrl, deps.settings.id).discovery;
  const settings = {
    '@odata.type': methodType,
    appId: client.appId,
    openIdConnectSetting: { clientId, discoveryUrl },
  };
  return createObjectStep(`Authentication method "${client.displayName}"`, {
    byHand: [
      'Entra admin center > Authentication methods > Policies > Add external MFA',
      `Name: ${client.displayName}`,
      `Client ID: ${clientId}`,
      `Discovery Endpoint: ${discoveryUrl}`,
      `App ID: ${client.appId}`,
    ],
    find: () => findMethod(client, deps),
    creation: [`register an external method with the discovery address ${discoveryUrl}`],
    create: () => deps.graph.create(anything, methodsPath, { ...settings, displayName: client.displayName }),
    changesTo: ({ appId, openIdConnectSetting: setting }) => [
      ...(setting?.discoveryUrl === discoveryUrl ? [] : [`read the provider at ${discoveryUrl}`]),
      ...(setting?.clientId === clientId ? [] : [`send the client id ${clientId}`]),
      ...(appId === client.appId ? [] : [`stand for the application ${client.appId}`]),
    ],
    change: ({ id }) => deps.graph.change(`${methodsPath}/${id}`, settings),
  });
}

/**
 * Creates the step for the groups that may use External MFA. The groups of a disabled method are replaced. An enabled
 * method keeps its groups and gets the missing ones.
 */
export function createTargetsStep(client: ExternalMfaConfig, deps: EntraProvisionDeps): ProvisionStep {
  const lackingIn = ({ includeTargets }: Method): string[] =>
    client.groups.filter((id) => !includeTargets?.some((target) => target.id === id));
  const nameGroups = (groups: readonly string[]): string =>
    groups.map((id) => (id === 'all_users' ? 'all users' : `the group ${id}`)).join(', ');
  const describe = (groups: readonly string[]): string => `offer it to ${nameGroups(groups)}`;
  const toTarget = (id: string) => ({ targetType: 'group', id, isRegistrationRequired: false });
  const page = 'Entra admin center > Authentication methods > Policies > the method > Enable and target';
  const choice = [
    'List the groups that may use it in the client of kind entra_external_mfa, as groups, and run this again.',
    `Or: ${page}.`,
  ];
  return {
    title: `Users of "${client.displayName}"`,
    byHand: client.groups.length === 0 ? choice : [page, 'Enable: On', `Include: ${nameGroups(client.groups)}`],
    async inspect() {
      if (client.groups.length === 0) return inConsole(...choice);
      const method = await findMethod(client, deps);
      if (method?.state !== 'enabled') return missing(`enable it`, describe(client.groups));
      const lacking = lackingIn(method);
      return different(lacking.length === 0 ? [] : [describe(lacking)]);
    },
    async apply() {
      const method = required(await findMethod(client, deps), 'our external method');
      const isEnabled = method.state === 'enabled';
      const added = (isEnabled ? lackingIn(method) : client.groups).map(toTarget);
      const includeTargets = [...((isEnabled && method.includeTargets) || []), ...added];
      const change = { '@odata.type': methodType, state: 'enabled', includeTargets };
      await deps.graph.change(`${methodsPath}/${method.id}`, change);
    },
  };
}

const userGuard = z.object({
  id: z.string(),
  userPrincipalName: z.string(),
  accountEnabled: z.boolean().nullish(),
});
const registrationGuard = z.object({ configurationId: z.string().nullish() });

const page = '$select=id,userPrincipalName,accountEnabled&$top=999';

const pathOf = ({ id }: Pick<Registrant, 'id'>): string => `/users/${id}/authentication/externalAuthenticationMethods`;

/** @see https://learn.microsoft.com/en-us/graph/api/authentication-post-externalauthenticationmethods */
export const registersUsers = ({ cloud }: Pick<ExternalMfaConfig, 'cloud'>): boolean => cloud === 'global';

/**
 * Creates the registration of users for External MFA. Entra's own wizard may never offer External MFA to users who have
 * another method.
 */
export function createRegistration(client: ExternalMfaConfig, deps: EntraProvisionDeps): Registration {
  const find = makeOnce(() => findMethod(client, deps));
  const configurationId = async (): Promise<string> =>
    required(await find(), `"${client.displayName}": provision it first`).id;

  return {
    title: `External MFA "${client.displayName}"`,
    async findRegistrants(group) {
      await configurationId();
      const users = await deps.graph.list(userGuard, toUsersPath(group));
      return users
        .filter(({ accountEnabled }) => accountEnabled !== false)
        .map(({ id, userPrincipalName }) => ({ id, login: userPrincipalName }));
    },
    async isRegistered(registrant) {
      const id = await configurationId();
      const all = await deps.graph.list(registrationGuard, pathOf(registrant));
      return all.some((each) => each.configurationId === id);
    },
    async register(registrant) {
      await deps.graph.create(anything, pathOf(registrant), {
        '@odata.type': '#microsoft.graph.externalAuthenticationMethod',
        configurationId: await configurationId(),
        displayName: client.displayName,
      });
    },
  };
}

function toUsersPath(group: string | null): string {
  if (group === null) return `/users?$filter=accountEnabled eq true&${page}`;
  const id = guidGuard.safeParse(group);
  if (!id.success) throw new FaceError('provider_refused', { reason: 'expected the object id of a group' });
  return `/groups/${id.data}/transitiveMembers/microsoft.graph.user?$count=true&${page}`;
}
