import { z } from 'zod';
import { endpointsOf } from '../../src/connections/openid-provider.js';
import {
  different,
  inConsole,
  missing,
  type ProvisionStep,
  type Registrant,
  type Registration,
} from '../../src/connections/provisioning.js';
import { FaceError } from '../../src/errors.js';
import { type ExternalMfaConfig, guidGuard } from './config-oidc.js';
import { anything, type EntraProvisionDeps, required } from './provision-graph.js';

const policyPath = '/policies/authenticationMethodsPolicy';
const methodsPath = `${policyPath}/authenticationMethodConfigurations`;
const methodType = '#microsoft.graph.externalAuthenticationMethodConfiguration';

const targetGuard = z.object({
  targetType: z.string(),
  id: z.string(),
  isRegistrationRequired: z.boolean().nullish(),
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
  const isOfClient = ({ openIdConnectSetting }: Method): boolean => openIdConnectSetting?.clientId === client.id;
  const isNamed = ({ appId, displayName }: Method): boolean =>
    appId === client.appId && displayName === client.displayName;
  return all.find(isOfClient) ?? all.find(isNamed) ?? null;
}

/**
 * Creates the step that adds External MFA to the authentication methods policy, initially disabled.
 * @see https://learn.microsoft.com/en-us/graph/api/resources/externalauthenticationmethodconfiguration
 */
export function createMethodStep(client: ExternalMfaConfig, deps: EntraProvisionDeps): ProvisionStep {
  const openIdConnectSetting = {
    clientId: client.id,
    discoveryUrl: endpointsOf(deps.publicUrl, deps.settings.id).discovery,
  };
  return {
    title: `Authentication method "${client.displayName}"`,
    async inspect() {
      const method = await findMethod(client, deps);
      const { clientId, discoveryUrl } = openIdConnectSetting;
      if (method === null) {
        return missing(`register an external method with the discovery address ${discoveryUrl}`);
      }
      const former = method.openIdConnectSetting;
      return different([
        ...(former?.discoveryUrl === discoveryUrl ? [] : [`read the provider at ${discoveryUrl}`]),
        ...(former?.clientId === clientId ? [] : [`send the client id ${clientId}`]),
        ...(method.appId === client.appId ? [] : [`stand for the application ${client.appId}`]),
      ]);
    },
    async apply() {
      const method = await findMethod(client, deps);
      const settings = { '@odata.type': methodType, appId: client.appId, openIdConnectSetting };
      if (method !== null) await deps.graph.change(`${methodsPath}/${method.id}`, settings);
      else await deps.graph.create(anything, methodsPath, { ...settings, displayName: client.displayName });
    },
  };
}

/**
 * Creates the step for the groups that may use External MFA. The groups of a disabled method are replaced. An enabled
 * method keeps its groups and gets the missing ones.
 */
export function createTargetsStep(client: ExternalMfaConfig, deps: EntraProvisionDeps): ProvisionStep {
  const lackingIn = ({ includeTargets }: Method): string[] =>
    client.groups.filter((id) => !includeTargets?.some((target) => target.id === id));
  const describe = (groups: readonly string[]): string =>
    `offer it to ${groups.map((id) => (id === 'all_users' ? 'all users' : `the group ${id}`)).join(', ')}`;
  const toTarget = (id: string) => ({ targetType: 'group', id, isRegistrationRequired: false });
  return {
    title: `Users of "${client.displayName}"`,
    async inspect() {
      if (client.groups.length === 0) {
        return inConsole(
          'List the groups that may use it in the client of kind entra_external_mfa, as groups, and run this again.',
          'Or: Entra admin center > Authentication methods > Policies > the method > Enable and target.',
        );
      }
      const method = await findMethod(client, deps);
      if (method?.state !== 'enabled') return missing(`enable it`, describe(client.groups));
      const lacking = lackingIn(method);
      return lacking.length === 0 ? { state: 'ready' } : { state: 'different', changes: [describe(lacking)] };
    },
    async apply() {
      const method = required(await findMethod(client, deps), 'our external method');
      const added = client.groups.map(toTarget);
      const includeTargets =
        method.state === 'enabled' ? [...(method.includeTargets ?? []), ...lackingIn(method).map(toTarget)] : added;
      await deps.graph.change(`${methodsPath}/${method.id}`, {
        '@odata.type': methodType,
        state: 'enabled',
        includeTargets: includeTargets.map(({ targetType, id, isRegistrationRequired }) => ({
          targetType,
          id,
          isRegistrationRequired: isRegistrationRequired ?? false,
        })),
      });
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
  let found: Promise<string> | null = null;
  const findConfiguration = async (): Promise<string> => {
    const method = required(await findMethod(client, deps), `"${client.displayName}": provision it first`);
    return method.id;
  };
  const configurationId = (): Promise<string> => {
    found ??= findConfiguration();
    return found;
  };

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
      const wanted = await configurationId();
      const all = await deps.graph.list(registrationGuard, pathOf(registrant));
      return all.some((each) => each.configurationId === wanted);
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
