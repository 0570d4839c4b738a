import { z } from 'zod';
import type { AdapterDeps } from '../../src/connections/adapter.js';
import { type CoveragePage, countPage, isFilled, measureCoverage } from '../../src/connections/coverage.js';
import { mostFound, singleMatch } from '../../src/connections/groups.js';
import { manualStep, type Provisioning, type ProvisionStep } from '../../src/connections/provisioning.js';
import type { Member, NamedGroup } from '../../src/core/ports.js';
import { sleep as sleepInFact, whileAdministering } from '../../src/core/resilience.js';
import { eventsServiceAppId } from './caller.js';
import { createGraphClient } from './client.js';
import { type EntraConnection, guidGuard } from './config.js';
import { accountFields, accountGuard, groupGuard, toAccount } from './profile.js';
import { createChecks } from './provision-checks.js';
import { createMappedClaimsStep, createPolicyAssignmentStep, createPolicyStep } from './provision-claims.js';
import { createExternalMfaChecks } from './provision-diagnosis.js';
import {
  createConsentStep,
  createExtensionStep,
  createHookApplicationStep,
  createServicePrincipalStep,
} from './provision-directory.js';
import { createExtensionOfHookStep, createListenerStep, hooksOf } from './provision-events.js';
import { type EntraProvisionDeps, toProvisionDeps, waitUntilVisible } from './provision-graph.js';
import { createExternalMfaSteps, createRegistration, externalMfaClientsOf, registersUsers } from './provision-mfa.js';
import { createRecoverySteps } from './provision-recovery.js';
import { createUserFlowSteps } from './provision-user-flow.js';

type Deps = Pick<EntraProvisionDeps, 'settings' | 'graph'>;

const graphPermissions = [
  'Application.ReadWrite.All',
  'CustomAuthenticationExtension.ReadWrite.All',
  'EventListener.ReadWrite.All',
  'Policy.ReadWrite.ApplicationConfiguration',
  'AppRoleAssignment.ReadWrite.All',
];

/** Permissions for External MFA, in addition. */
const methodPermissions = ['Policy.ReadWrite.AuthenticationMethod', 'DelegatedPermissionGrant.ReadWrite.All'];

/**
 * Lists the enabled users of the connection's own tenant. If a user has no token, Graph omits the extension.
 * @see https://learn.microsoft.com/en-us/graph/api/user-list
 */
export async function* listCoverage({ settings, graph }: Deps): AsyncGenerator<CoveragePage> {
  const { attribute } = settings.entra;
  const path = `/users?$filter=accountEnabled eq true&$select=id,${attribute}&$top=999`;
  for await (const users of graph.listPages(z.looseObject({ id: z.string() }), path))
    yield countPage(users.map((user) => ({ subject: user.id.toLowerCase(), value: user[attribute] })));
}

const memberGuard = z.looseObject({ ...accountGuard.shape, accountEnabled: z.boolean().nullish() });

/** @see https://learn.microsoft.com/en-us/graph/api/group-list-transitivemembers */
export async function* listMembers(group: string, { settings, graph }: Deps): AsyncGenerator<Member[]> {
  const { attribute } = settings.entra;
  const findByName = async (): Promise<string> => {
    const filter = encodeURIComponent(`displayName eq '${group.replaceAll("'", "''")}'`);
    const groupsGuard = z.object({ value: z.array(z.object({ id: z.string() })) });
    return singleMatch((await graph.read(groupsGuard, `/groups?$filter=${filter}&$select=id&$top=2`)).value).id;
  };
  const id = guidGuard.safeParse(group).data ?? (await findByName());
  const select = `${accountFields},accountEnabled,${attribute}`;
  const path = `/groups/${id}/transitiveMembers/microsoft.graph.user?$count=true&$select=${select}&$top=999`;
  for await (const users of graph.listPages(memberGuard, path))
    yield users
      .filter(({ accountEnabled }) => accountEnabled !== false)
      .map((user) => {
        const { subject, login, email } = toAccount(user.id.toLowerCase(), user);
        return { subject, login, email, isEnrolled: isFilled(user[attribute]) };
      });
}

const groupsGuard = z.object({ value: z.array(groupGuard.extend({ displayName: z.string() })) });

/**
 * Finds groups. The exact name comes first, so that groups with similar names, which any user may create, do not hide it.
 * @see https://learn.microsoft.com/en-us/graph/search-query-parameter
 */
async function searchGroups(text: string, { graph }: Pick<Deps, 'graph'>): Promise<readonly NamedGroup[]> {
  const filter = encodeURIComponent(`displayName eq '${text.replaceAll("'", "''")}'`);
  const search = encodeURIComponent(`"displayName:${text.replaceAll(/["\\]/g, '\\$&')}"`);
  const select = `$select=id,displayName,onPremisesSyncEnabled,isAssignableToRole&$top=${mostFound}`;
  const [exact, alike] = await Promise.all([
    graph.read(groupsGuard, `/groups?$filter=${filter}&${select}`),
    graph.read(groupsGuard, `/groups?$search=${search}&$count=true&${select}`),
  ]);
  const all = new Map([...exact.value, ...alike.value].map((group) => [group.id, group]));
  return [...all.values()].slice(0, mostFound).map(({ id, displayName: name, ...group }) => ({
    id,
    name,
    isNameOpen: group.onPremisesSyncEnabled !== true && group.isAssignableToRole !== true,
  }));
}

export function createEntraProvisioning(adapterDeps: AdapterDeps<EntraConnection>, sleep = sleepInFact): Provisioning {
  const send = createGraphClient(adapterDeps.settings.entra, adapterDeps.fetch, {
    patience: whileAdministering,
    sleep,
  });
  const deps = toProvisionDeps(adapterDeps, { send, sleep });
  const { hooks, customerDomain } = adapterDeps.settings.entra;
  const { clientApps, signUp } = hooks;
  const clients = externalMfaClientsOf(adapterDeps.settings);
  const steps = [
    createExtensionStep(deps),
    createHookApplicationStep(deps),
    createServicePrincipalStep(hooks.appId, { whileDisabled: 'Entra then calls no hook' }, deps),
    createConsentStep(deps),
    ...(customerDomain !== null || signUp !== undefined ? [createCallerStep(deps)] : []),
    ...hooksOf(deps).map((hook) => createExtensionOfHookStep(hook, deps)),
    createPolicyStep(deps),
    ...clientApps.flatMap((appId) => [
      createListenerStep(appId, deps),
      createMappedClaimsStep(appId, deps),
      createPolicyAssignmentStep(appId, deps),
    ]),
    ...(clientApps.length === 0 ? [chooseApplications] : []),
    ...(signUp === undefined ? [] : createUserFlowSteps(signUp, deps)),
    ...clients.flatMap((client) => createExternalMfaSteps(client, deps)),
  ].map((step) => waitUntilVisible(step, deps));
  const mfaChecks = clients.flatMap((client) => createExternalMfaChecks(client, deps));
  const [client] = clients;
  const permissions = [...graphPermissions, ...(clients.length === 0 ? [] : methodPermissions)];
  return {
    permissions: [`Application permissions of Microsoft Graph: ${permissions.join(', ')}`],
    steps: [...steps, ...createRecoverySteps(deps)],
    checks: [...createChecks(steps, deps), ...mfaChecks],
    registration: client !== undefined && registersUsers(client) ? createRegistration(client, deps) : undefined,
    listMembers: (group) => listMembers(group, deps),
    searchGroups: (text) => searchGroups(text, deps),
    groupPermission: 'GroupMember.Read.All',
    census: (onPage) => measureCoverage(listCoverage(deps), deps, onPage),
  };
}

/** Creates the step for the service principal of Microsoft's events service, which new external tenants lack. */
const createCallerStep = (deps: EntraProvisionDeps): ProvisionStep => ({
  ...createServicePrincipalStep(eventsServiceAppId, { whileDisabled: 'Entra then calls no hook' }, deps),
  title: 'Microsoft’s caller of hooks (Azure Active Directory Authentication Extensions)',
});

const chooseApplications = manualStep(
  'Applications whose tokens get the claims',
  'List their client ids in entra.hooks.clientApps, and run this again.',
);
