import { paths } from '../../src/connections/openid-paths.js';
import type { EntraProvisionDeps } from './provision-graph.js';

export interface ExternalMfaAddresses {
  readonly issuer: string;
  readonly discoveryUrl: string;
  readonly authorizationEndpoint: string;
}

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
