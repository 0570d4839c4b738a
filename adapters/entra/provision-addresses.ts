import { paths } from '../openid-paths.js';
import type { EntraProvisionDeps } from './provision-graph.js';

/** Where Entra and the user's browser find the provider of a connection. */
export interface ExternalMfaAddresses {
  readonly issuer: string;
  readonly discoveryUrl: string;
  readonly authorizationEndpoint: string;
}

/** The addresses a connection's provider has; Entra compares them character for character. */
export function addressesOf({
  publicUrl,
  settings,
}: Pick<EntraProvisionDeps, 'publicUrl' | 'settings'>): ExternalMfaAddresses {
  const issuer = `${publicUrl}/oidc/${settings.id}`;
  return {
    issuer,
    discoveryUrl: `${issuer}${paths.discovery}`,
    authorizationEndpoint: `${issuer}${paths.authorize}`,
  };
}
