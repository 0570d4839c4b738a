import { z } from 'zod';
import {
  blocked,
  different,
  inConsole,
  lostEnrolments,
  missing,
  type ProvisionStep,
} from '../../src/connections/provisioning.js';
import { anything, type EntraProvisionDeps, required, toPostLine } from './provision-graph.js';

export const graphAppId = '00000003-0000-0000-c000-000000000000';

/** Permission to receive events. */
const receivePayload = 'CustomAuthenticationExtension.Receive.Payload';

/**
 * @see https://learn.microsoft.com/en-us/graph/permissions-reference#customauthenticationextensionreceivepayload
 */
const receivePayloadRoleId = '214e810f-fda8-4fd7-a475-29461495eb00';

const accessGuard = z.object({
  resourceAppId: z.string(),
  resourceAccess: z.array(z.object({ id: z.string(), type: z.string() })),
});

const applicationGuard = z.object({
  id: z.string(),
  signInAudience: z.string().nullish(),
  identifierUris: z.array(z.string()),
  api: z
    .object({
      requestedAccessTokenVersion: z.number().nullish(),
      acceptMappedClaims: z.boolean().nullish(),
      oauth2PermissionScopes: z.array(z.unknown()).nullish(),
    })
    .nullish(),
  requiredResourceAccess: z.array(accessGuard),
  web: z.object({ redirectUris: z.array(z.string()).nullish() }).nullish(),
});

export type Application = z.infer<typeof applicationGuard>;

const principalGuard = z.object({ id: z.string(), accountEnabled: z.boolean().nullish() });

export type ServicePrincipal = z.infer<typeof principalGuard>;

type Graph = Pick<EntraProvisionDeps, 'graph'>;

export const toApplicationPage = (appId: string): string =>
  `Entra admin center > App registrations > All applications > the application ${appId}`;

export const permissionsPage = 'API permissions > Add a permission > Microsoft Graph';

export const consentPage = 'API permissions > Grant admin consent';

export async function findApplication(appId: string, { graph }: Graph): Promise<Application | null> {
  return (await graph.list(applicationGuard, `/applications?$filter=appId eq '${appId}'`))[0] ?? null;
}

export async function findServicePrincipal(appId: string, { graph }: Graph): Promise<ServicePrincipal | null> {
  return (await graph.list(principalGuard, `/servicePrincipals?$filter=appId eq '${appId}'`))[0] ?? null;
}

export const identifierUriOf = ({ publicUrl, settings }: Pick<EntraProvisionDeps, 'publicUrl' | 'settings'>): string =>
  `api://${new URL(publicUrl).hostname}/${settings.entra.hooks.appId}`;

const propertyGuard = z.object({
  name: z.string(),
  dataType: z.string(),
  isMultiValued: z.boolean().nullish(),
  targetObjects: z.array(z.string()),
});

export const extensionTitleOf = ({ settings }: Pick<EntraProvisionDeps, 'settings'>): string =>
  `Directory extension ${settings.entra.attribute}`;

export function createExtensionStep(deps: EntraProvisionDeps): ProvisionStep {
  const { attribute } = deps.settings.entra;
  const [, hex = '', name = ''] = /^extension_([0-9a-f]{32})_(.+)$/.exec(attribute) ?? [];
  const ownerId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const body = { name, dataType: 'String', isMultiValued: false, targetObjects: ['User'] };
  const pathOf = (id: string): string => `/applications/${id}/extensionProperties`;
  return {
    title: extensionTitleOf(deps),
    check: { ifMissing: lostEnrolments },
    byHand: [toPostLine(pathOf(`<Object ID of the application ${ownerId}>`), body, deps)],
    async inspect() {
      const owner = await findApplication(ownerId, deps);
      if (owner === null) {
        return blocked(
          `This tenant has no application with the client id ${ownerId}, which the attribute is named for`,
          'Correct entra.attribute, or leave it out: the application of entra.clientId then defines it',
        );
      }
      const properties = await deps.graph.list(propertyGuard, pathOf(owner.id));
      const found = properties.find((property) => property.name === attribute);
      if (found === undefined) return missing(`define ${attribute}: text, of users`);
      const { dataType, isMultiValued, targetObjects } = found;
      if (dataType === 'String' && isMultiValued !== true && targetObjects.includes('User')) return { state: 'ready' };
      return blocked(
        `${attribute} exists, but is not a single-valued string of users`,
        'Choose another name in entra.attribute: an extension cannot be changed',
      );
    },
    async apply() {
      const owner = required(await findApplication(ownerId, deps), `the application ${ownerId}`);
      await deps.graph.create(anything, pathOf(owner.id), body);
    },
  };
}

export interface RequestedPermission {
  readonly id: string;
  readonly type: 'Role' | 'Scope';
}

export const asksFor = ({ requiredResourceAccess }: Application, permission: RequestedPermission): boolean =>
  requiredResourceAccess.some(
    ({ resourceAppId, resourceAccess }) =>
      resourceAppId === graphAppId && resourceAccess.some(({ id }) => id === permission.id),
  );

export function createHookApplicationStep(deps: EntraProvisionDeps): ProvisionStep {
  const { appId } = deps.settings.entra.hooks;
  const uri = identifierUriOf(deps);
  const api = { requestedAccessTokenVersion: 2 };
  const registration = [
    `Entra admin center > App registrations > New registration, if the application ${appId} does not exist. No redirect URI.`,
    'Copy its Application (client) ID to entra.hooks.appId, or omit the setting to use the one of entra.clientId.',
  ];
  return {
    title: `Application ${appId} of the hooks`,
    byHand: [
      ...registration,
      `${toApplicationPage(appId)} > Expose an API > Application ID URI > Add: ${uri}`,
      `The application > Manifest. Set in api: ${JSON.stringify(api)}`,
      `The application > ${permissionsPage} > Application permissions: ${receivePayload}`,
    ],
    async inspect() {
      const application = await findApplication(appId, deps);
      if (application === null) return inConsole(...registration);
      return different([
        ...(application.identifierUris.includes(uri) ? [] : [`add the Application ID URI ${uri}`]),
        ...(application.api?.requestedAccessTokenVersion === 2 ? [] : ['issue access tokens of version 2 for it']),
        ...(asksFor(application, payloads) ? [] : [`ask for ${receivePayload}`]),
      ]);
    },
    async apply() {
      const application = required(await findApplication(appId, deps), `the application ${appId}`);
      await deps.graph.change(`/applications/${application.id}`, {
        ...(application.identifierUris.includes(uri) ? {} : { identifierUris: [...application.identifierUris, uri] }),
        ...(application.api?.requestedAccessTokenVersion === 2 ? {} : { api }),
        ...(asksFor(application, payloads) ? {} : { requiredResourceAccess: withPermissions(application, [payloads]) }),
      });
    },
  };
}

const payloads: RequestedPermission = { id: receivePayloadRoleId, type: 'Role' };

export function withPermissions(
  { requiredResourceAccess }: Application,
  added: readonly RequestedPermission[],
): { resourceAppId: string; resourceAccess: { id: string; type: string }[] }[] {
  const kept = requiredResourceAccess.map(({ resourceAppId, resourceAccess }) => ({
    resourceAppId,
    resourceAccess: [...resourceAccess, ...(resourceAppId === graphAppId ? added : [])],
  }));
  const hasGraph = kept.some(({ resourceAppId }) => resourceAppId === graphAppId);
  return hasGraph ? kept : [...kept, { resourceAppId: graphAppId, resourceAccess: [...added] }];
}

const toPrincipalTitle = (appId: string): string => `Service principal of ${appId}`;

/**
 * Creates the step for a service principal.
 * @param whileDisabled - text for the administrator: the effect of a disabled principal
 */
export function createServicePrincipalStep(
  appId: string,
  { whileDisabled }: { readonly whileDisabled: string },
  deps: EntraProvisionDeps,
): ProvisionStep {
  const path = '/servicePrincipals';
  return {
    title: toPrincipalTitle(appId),
    byHand: [
      `Entra admin center > Enterprise apps > All applications, without filter: search for the application ID ${appId}.`,
      'If it is missing, create it:',
      toPostLine(path, { appId }, deps),
    ],
    async inspect() {
      const principal = await findServicePrincipal(appId, deps);
      if (principal === null) return missing(`create the service principal of ${appId}`);
      if (principal.accountEnabled !== false) return { state: 'ready' };
      return blocked(
        `It is disabled: ${whileDisabled}`,
        'Enterprise apps > the application > Properties > Enabled for users to sign-in: Yes',
      );
    },
    async apply() {
      await deps.graph.create(anything, path, { appId });
    },
  };
}

const assignmentGuard = z.object({ appRoleId: z.string(), resourceId: z.string() });

export function createConsentStep(deps: EntraProvisionDeps): ProvisionStep {
  const { appId } = deps.settings.entra.hooks;
  const unconsented = missing(`grant ${receivePayload} to the application (admin consent)`);
  return {
    title: 'Consent that the hooks are sent events',
    byHand: [`${toApplicationPage(appId)} > ${consentPage}`, `Permission: ${receivePayload}`],
    needs: [toPrincipalTitle(appId)],
    async inspect() {
      const principal = await findServicePrincipal(appId, deps);
      if (principal === null) return unconsented;
      const granted = await deps.graph.list(assignmentGuard, `/servicePrincipals/${principal.id}/appRoleAssignments`);
      return granted.some(({ appRoleId }) => appRoleId === receivePayloadRoleId) ? { state: 'ready' } : unconsented;
    },
    async apply() {
      const principal = required(await findServicePrincipal(appId, deps), `the service principal of ${appId}`);
      const graph = required(await findServicePrincipal(graphAppId, deps), 'its own service principal');
      const assignment = { principalId: principal.id, resourceId: graph.id, appRoleId: receivePayloadRoleId };
      await deps.graph.create(anything, `/servicePrincipals/${graph.id}/appRoleAssignedTo`, assignment);
    },
  };
}
