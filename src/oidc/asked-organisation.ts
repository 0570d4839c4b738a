import type { OidcClient } from '../connections/openid-client.js';
import type { OrganisationRules } from '../core/organisations/organisations.js';
import { oidcErrors } from './library.js';

export const organisationScope = 'organisation';

export const maxIdCharacters = 100;

interface Asked {
  readonly rules: OrganisationRules;
  readonly hint: string | null;
}

/**
 * Returns the organization that an authorization request asks for, or `null`.
 * @throws oidcErrors.InvalidScope if the client is not registered for organizations; oidcErrors.InvalidRequest
 */
export function toOrganisationAsked(
  { organisations: rules }: Pick<OidcClient, 'organisations'>,
  params: Readonly<Record<string, string | undefined>>,
): Asked | null {
  const { scope = '', organisation_hint: hint = '' } = params;
  if (!scope.split(' ').includes(organisationScope)) return null;
  if (rules === undefined) throw new oidcErrors.InvalidScope('scope organisation: not registered', organisationScope);
  if (hint.length > maxIdCharacters) throw new oidcErrors.InvalidRequest('organisation_hint is too long');
  return { rules, hint: hint === '' ? null : hint };
}
