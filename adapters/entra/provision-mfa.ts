import { z } from 'zod';
import { endpointsOf } from '../../src/connections/openid-provider.js';
import { blocked, different, inConsole, missing, type ProvisionStep } from '../../src/connections/provisioning.js';
import type { EntraConnection } from './config.js';
import type { ExternalMfaConfig } from './config-oidc.js';
import {
  type Application,
  asksFor,
  createServicePrincipalStep,
  findApplication,
  findServicePrincipal,
  graphAppId,
  type RequestedPermission,
  withPermissions,
} from './provision-directory.js';
import { anything, type EntraProvisionDeps, required } from './provision-graph.js';
import { createMethodStep, createTargetsStep } from './provision-method.js';

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

function createApplicationStep({ appId, tenantIds }: ExternalMfaConfig, deps: EntraProvisionDeps): ProvisionStep {
  const { authorization: authorizationEndpoint } = endpointsOf(deps.publicUrl, deps.settings.id);
  const hasAddress = ({ web }: Application): boolean => web?.redirectUris?.includes(authorizationEndpoint) === true;
  const lacking = (application: Application): RequestedPermission[] =>
    Object.values(delegated).filter((permission) => !asksFor(application, permission));
  const isShared = tenantIds.length > 1;
  const isOpenEnough = ({ signInAudience }: Application): boolean =>
    !isShared || signInAudience === 'AzureADMultipleOrgs';
  return {
    title: `Application ${appId} of External MFA`,
    async inspect() {
      const application = await findApplication(appId, deps);
      if (application === null) {
        return inConsole(
          `Entra admin center > App registrations > New registration: accounts in ${isShared ? 'any' : 'this'} organizational directory, no redirect URI.`,
          'Put its Application (client) ID into the client of kind entra_external_mfa, as id; and run this again.',
        );
      }
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
  const wanted = Object.keys(delegated);
  const find = async () => {
    const principal = await findServicePrincipal(appId, deps);
    const graph = await findServicePrincipal(graphAppId, deps);
    if (principal === null || graph === null) return null;
    const all = await deps.graph.list(grantGuard, `/oauth2PermissionGrants?$filter=clientId eq '${principal.id}'`);
    const grant = all.find((each) => each.resourceId === graph.id && each.consentType === 'AllPrincipals');
    const scopes = (grant?.scope ?? '').split(' ').filter((scope) => scope !== '');
    return { principal, graph, grant, scopes, isWhole: wanted.every((scope) => scopes.includes(scope)) };
  };
  const unconsented = missing('consent to openid and profile for all users (admin consent)');
  return {
    title: 'Consent to External MFA',
    inspect: async () => ((await find())?.isWhole === true ? { state: 'ready' } : unconsented),
    async apply() {
      const { principal, graph, grant, scopes } = required(await find(), `the service principal of ${appId}`);
      const scope = [...new Set([...scopes, ...wanted])].join(' ');
      if (grant !== undefined) {
        await deps.graph.change(`/oauth2PermissionGrants/${grant.id}`, { scope });
        return;
      }
      const granted = { clientId: principal.id, consentType: 'AllPrincipals', resourceId: graph.id, scope };
      await deps.graph.create(anything, '/oauth2PermissionGrants', granted);
    },
  };
}
