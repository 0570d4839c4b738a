import { randomUUID } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { createSigningKey as createKey, signJwt } from '../signing-key.js';
import type { AppRoleAssignment, ExtensionProperty } from './graph-applications.js';
import type { CustomExtension, EventListener, SignUpListener } from './graph-events.js';
import type { MethodConfiguration, MethodRegistration, PermissionGrant } from './graph-methods.js';
import { type AccessPass, newPassPolicy } from './graph-passes.js';
import type { ClaimsMappingPolicy } from './graph-policies.js';

export const graphAppId = '00000003-0000-0000-c000-000000000000';

/** "Azure Active Directory Authentication Extensions", the caller of custom authentication extensions. */
export const eventsServiceAppId = '99045fe1-7639-4a75-9d4a-577b6ca3810f';

export const firstParty: Readonly<Record<string, string>> = {
  [eventsServiceAppId]: 'Azure Active Directory Authentication Extensions',
};

/** App role to receive payloads: `CustomAuthenticationExtension.Receive.Payload`. */
export const receivePayloadRoleId = '214e810f-fda8-4fd7-a475-29461495eb00';

export const graphRoles: Readonly<Record<string, string>> = {
  'User.Read.All': 'df021288-bdef-4463-88db-98f22de89214',
  'User.ReadWrite.All': '741f803b-c850-494e-b5df-cde7c675a1ca',
  'ProfilePhoto.Read.All': 'e24d31aa-e1ab-4c80-85fe-23018690335d',
  'PeopleSettings.Read.All': 'ef02f2e7-e22d-4c77-8614-8f765683b86e',
  'User.RevokeSessions.All': '77f3a031-c388-4f99-b373-dc68676a979e',
  'Application.Read.All': '9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30',
  'Application.ReadWrite.All': '1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9',
  'AppRoleAssignment.ReadWrite.All': '06b708a9-e830-4db3-a914-8e69da51d44f',
  'CustomAuthenticationExtension.Read.All': '88bb2658-5d9e-454f-aacd-a3933e079526',
  'EventListener.Read.All': 'b7f6385c-6ce6-4639-a480-e23c42ed9784',
  'CustomAuthenticationExtension.ReadWrite.All': 'c2667967-7050-4e7e-b059-4cbbb3811d03',
  'EventListener.ReadWrite.All': '0edf5e9e-4ce8-468a-8432-d08631d18c43',
  'Policy.ReadWrite.ApplicationConfiguration': 'be74164b-cff1-491c-8741-e671cb536e13',
  'CustomAuthenticationExtension.Receive.Payload': receivePayloadRoleId,
  'Policy.Read.AuthenticationMethod': '8e3bc81b-d2f3-4b7b-838c-32c88218d2f0',
  'Policy.ReadWrite.AuthenticationMethod': '29c18626-4985-4dcd-85c0-193eef327366',
  'UserAuthMethod-External.ReadWrite.All': 'c7a22c2e-5b01-4129-8159-6c8be2c78f16',
  'UserAuthMethod-TAP.ReadWrite.All': '627169a8-8c15-451c-861a-5b80e383de5c',
  'UserAuthenticationMethod.ReadWrite.All': '50483e42-d915-4231-9639-7fdb7fd190e5',
  'RoleManagement.Read.Directory': '483bed4a-2ad3-4361-a73b-c83ccdbdc53c',
  'GroupMember.Read.All': '98830695-27a2-44f7-8c18-0c3ebc9698f6',
  'DelegatedPermissionGrant.ReadWrite.All': '8e8e4742-1d95-4f68-9d56-6ee75648c72a',
};

/** @see https://learn.microsoft.com/en-us/graph/api/resources/objectidentity */
export interface ObjectIdentity {
  readonly signInType: string;
  readonly issuer: string;
  readonly issuerAssignedId: string;
}

export interface DirectoryUser {
  readonly id: string;
  readonly userPrincipalName: string;
  displayName: string;
  givenName?: string;
  surname?: string;
  readonly mail: string | null;
  readonly otherMails?: readonly string[];
  readonly identities?: readonly ObjectIdentity[];
  readonly userType: 'Member' | 'Guest';
  accountEnabled: boolean;
  readonly details: Record<string, unknown>;
  photo?: Uint8Array;
  /** Code of the 400 that answers a request for the photo. */
  photoRefusal?: string;
  managerId?: string;
  signInSessionsValidFromDateTime?: string;
  readonly extensions: Record<string, unknown>;
}

export interface Application {
  readonly id: string;
  readonly appId: string;
  displayName: string;
  signInAudience: string;
  identifierUris: string[];
  api: Record<string, unknown> & { requestedAccessTokenVersion: number | null; acceptMappedClaims: boolean | null };
  requiredResourceAccess: { resourceAppId: string; resourceAccess: { id: string; type: string }[] }[];
  web: { redirectUris: string[] };
  readonly secrets: Set<string>;
  readonly certificates: Set<string>;
  readonly extensionProperties: Map<string, ExtensionProperty>;
}

export interface ServicePrincipal {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  accountEnabled: boolean;
  readonly claimsMappingPolicyIds: Set<string>;
}

/** A user flow of an external tenant. Event listeners attach extensions to it. */
export interface UserFlow {
  readonly id: string;
  readonly displayName: string;
  readonly applications: readonly string[];
  /** Names of the attributes that the form collects. */
  readonly inputs: readonly string[];
  /** Extensions that the flow's own handlers call. */
  onAttributeCollectionStart?: string;
  onAttributeCollectionSubmit?: string;
}

/** One attempt to call an extension, as in sign-in logs > Authentication Events; `code` is `null` on success. */
export interface CalloutEvent {
  readonly customExtensionId: string;
  readonly attempts: number;
  readonly code: number | null;
}

export type Tenant = Awaited<ReturnType<typeof createTenant>>;

export async function createTenant(given: {
  readonly id: string;
  readonly kind: 'workforce' | 'external';
  readonly issuer: string;
}) {
  const tenant = {
    ...given,
    /** Published signing keys. The last key signs. */
    keys: [await createSigningKey()],
    users: new Map<string, DirectoryUser>(),
    applications: new Map<string, Application>(),
    servicePrincipals: new Map<string, ServicePrincipal>(),
    appRoleAssignments: [] as AppRoleAssignment[],
    customExtensions: new Map<string, CustomExtension>(),
    listeners: new Map<string, EventListener>(),
    signUpListeners: new Map<string, SignUpListener>(),
    policies: new Map<string, ClaimsMappingPolicy>(),
    userFlows: new Map<string, UserFlow>(),
    callouts: [] as CalloutEvent[],
    groups: new Map<string, Set<string>>(),
    groupNames: new Map<string, string>(),
    groupDetails: new Map<string, { onPremisesSyncEnabled?: boolean; isAssignableToRole?: boolean }>(),
    /** Roles that may change photos of users. `null` if no administrator has set them. */
    photoUpdates: { source: 'cloud', allowedRoles: null } as { source: string; allowedRoles: string[] | null },
    permissionGrants: [] as PermissionGrant[],
    methods: new Map<string, MethodConfiguration>(),
    methodRegistrations: [] as MethodRegistration[],
    passPolicy: newPassPolicy(),
    /** Temporary Access Passes, by the id of the user, who can have one. */
    passes: new Map<string, AccessPass>(),
    /** True if a pass stays although its deletion was accepted. */
    keepsDeletedPasses: false,
    /** Active assignments only, not the roles that a user could activate. */
    directoryRoles: new Map<string, { readonly displayName: string; readonly members: Set<string> }>(),
  };
  addServicePrincipal(tenant, graphAppId, 'Microsoft Graph');
  return tenant;
}

/** Creates a key as Entra publishes it: without `alg`. */
export async function createSigningKey() {
  const { publicJwk, ...key } = await createKey(randomUUID());
  const { alg: _, ...shown } = publicJwk;
  return { ...key, publicJwk: shown };
}

export function addServicePrincipal(
  tenant: { readonly servicePrincipals: Map<string, ServicePrincipal> },
  appId: string,
  displayName: string,
): ServicePrincipal {
  const added = {
    id: randomUUID(),
    appId,
    displayName,
    accountEnabled: true,
    claimsMappingPolicyIds: new Set<string>(),
  };
  tenant.servicePrincipals.set(added.id, added);
  return added;
}

export function createUser(
  tenant: Tenant,
  given: Pick<DirectoryUser, 'userPrincipalName' | 'displayName' | 'mail' | 'userType'> & Partial<DirectoryUser>,
): DirectoryUser {
  const user = { id: randomUUID(), accountEnabled: true, details: {}, extensions: {}, ...given };
  tenant.users.set(user.id, user);
  return user;
}

export const findApplication = (tenant: Tenant, appId: string): Application | undefined =>
  [...tenant.applications.values()].find((application) => application.appId === appId);

export const findServicePrincipal = (tenant: Tenant, appId: string): ServicePrincipal | undefined =>
  [...tenant.servicePrincipals.values()].find((principal) => principal.appId === appId);

export function grantedRoles(tenant: Tenant, appId: string): string[] {
  const principal = findServicePrincipal(tenant, appId);
  const graph = findServicePrincipal(tenant, graphAppId);
  const ids = tenant.appRoleAssignments
    .filter(({ principalId, resourceId }) => principalId === principal?.id && resourceId === graph?.id)
    .map(({ appRoleId }) => appRoleId);
  return Object.keys(graphRoles).filter((value) => ids.includes(graphRoles[value] ?? ''));
}

export function grantRole(tenant: Tenant, appId: string, value: string): void {
  const principalId = findServicePrincipal(tenant, appId)?.id ?? '';
  const resourceId = findServicePrincipal(tenant, graphAppId)?.id ?? '';
  tenant.appRoleAssignments.push({ id: randomUUID(), principalId, resourceId, appRoleId: graphRoles[value] ?? '' });
}

export function signToken(tenant: Tenant, claims: JWTPayload, nowMs: number, lifeSec = 3600): Promise<string> {
  const key = tenant.keys.at(-1);
  if (key === undefined) throw new Error('no key');
  const nowSec = Math.floor(nowMs / 1000);
  return signJwt(key, { iat: nowSec, nbf: nowSec, exp: nowSec + lifeSec, ...claims }, { typ: 'JWT' });
}
