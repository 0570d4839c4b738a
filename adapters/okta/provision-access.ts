import type { OktaConnection } from './config.js';

interface Access {
  /** Name of the objects, for messages. */
  readonly objects: string;
  /** Path of a call that reads them and changes nothing. */
  readonly path: string;
  readonly role: { readonly kind: 'custom' | 'standard'; readonly name: string };
}

const apiAccess = { kind: 'standard', name: 'API Access Management Administrator' } as const;

/**
 * Access that provisioning needs, by the resource in Okta's API scopes. Custom roles have no permission for profile
 * attributes and authenticators.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/guides/permissions
 */
const accesses = {
  schemas: { objects: 'profile attributes', path: '/api/v1/meta/schemas/user/default', role: apiAccess },
  authorizationServers: {
    objects: 'authorization servers',
    path: '/api/v1/authorizationServers?limit=1',
    role: apiAccess,
  },
  inlineHooks: {
    objects: 'inline hooks',
    path: '/api/v1/inlineHooks?type=com.okta.oauth2.tokens.transform',
    role: { kind: 'custom', name: 'okta.inlinehooks.manage' },
  },
  eventHooks: {
    objects: 'event hooks',
    path: '/api/v1/eventHooks',
    role: { kind: 'custom', name: 'okta.eventhooks.manage' },
  },
  policies: {
    objects: 'policies',
    path: '/api/v1/policies?type=PROFILE_ENROLLMENT',
    role: { kind: 'custom', name: 'okta.policies.manage' },
  },
  idps: {
    objects: 'identity providers',
    path: '/api/v1/idps?limit=1',
    role: { kind: 'custom', name: 'okta.identityProviders.manage' },
  },
  authenticators: {
    objects: 'authenticators',
    path: '/api/v1/authenticators',
    role: { kind: 'standard', name: 'Super Administrator' },
  },
  securityEventsProviders: {
    objects: 'receivers of security events',
    path: '/api/v1/security-events-providers',
    role: { kind: 'custom', name: 'okta.ssf.securityEventsProviders.manage' },
  },
} as const satisfies Record<string, Access>;

function resourcesOf({ okta, oidc }: OktaConnection): readonly (keyof typeof accesses)[] {
  const { registration, securityEventsProvider } = okta.provision;
  const kinds = (oidc?.clients ?? []).map(({ kind }) => kind);
  const isFactor = kinds.includes('okta_factor');
  return [
    'schemas',
    'authorizationServers',
    'inlineHooks',
    'eventHooks',
    ...(registration === undefined ? [] : (['policies'] as const)),
    ...(isFactor || kinds.includes('okta_idv') ? (['idps'] as const) : []),
    ...(isFactor ? (['authenticators'] as const) : []),
    ...(securityEventsProvider ? (['securityEventsProviders'] as const) : []),
  ];
}

export const accessesOf = (settings: OktaConnection): readonly Access[] =>
  resourcesOf(settings).map((resource) => accesses[resource]);

/** Returns the API scopes that provisioning requests. */
export const scopesOf = (settings: OktaConnection): string[] =>
  resourcesOf(settings).flatMap((resource) => [`okta.${resource}.read`, `okta.${resource}.manage`]);

/** Returns what the credentials must be allowed to do while provisioning, one line each. */
export function describePermissions(settings: OktaConnection): readonly string[] {
  const roles = accessesOf(settings).map(({ role }) => role);
  const namesOf = (kind: Access['role']['kind']): string =>
    [...new Set(roles.filter((role) => role.kind === kind).map(({ name }) => name))].join(', ');
  return [
    ...(settings.okta.auth.kind === 'private_key' ? [`Okta API scopes: ${scopesOf(settings).join(', ')}`] : []),
    `Permissions of a custom administrator role: ${namesOf('custom')}`,
    `Standard administrator roles: ${namesOf('standard')}`,
  ];
}
