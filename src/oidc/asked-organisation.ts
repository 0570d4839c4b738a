import type { OidcClient } from '../../adapters/openid-client.js';
import type { OrganisationRules } from '../core/organisations/organisations.js';
import { oidcErrors } from './library.js';

/** By it a client asks for whom a person acts. */
export const organisationScope = 'organisation';

/** The longest id of an organisation. */
export const maxIdCharacters = 100;

/** What a request asks about organisations. */
interface Asked {
  readonly rules: OrganisationRules;
  /** The one that it must be; `null`: whichever the person chooses. */
  readonly hint: string | null;
}

/**
 * Whether a request asks for whom the person acts; `null`: it does not.
 * @throws oidcErrors.InvalidScope: the client has not registered that; oidcErrors.InvalidRequest
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
