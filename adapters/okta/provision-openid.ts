import { discoveryCheck } from '../../src/connections/openid-provider.js';
import { type Check, type Finding, fail, pass, warn } from '../../src/connections/provisioning.js';
import type { OktaClient } from './config-oidc.js';
import { hasAuthenticator } from './provision-authenticator.js';
import type { OktaProvisionDeps } from './provision-channel.js';
import { findIdp, signsRequests } from './provision-idps.js';

export function createClientChecks(entered: readonly string[], deps: OktaProvisionDeps): readonly Check[] {
  const clients = (deps.settings.oidc?.clients ?? []).filter(
    (client) => client.kind === 'okta_factor' || client.kind === 'okta_idv',
  );
  if (clients.length === 0) return [];
  return [
    discoveryCheck(deps),
    ...clients.flatMap((client) => [
      { title: `${client.kind}: redirect URIs`, run: async () => checkRedirectUris(client, deps) },
      { title: `${client.kind}: identity provider`, needs: entered, run: () => checkIdp(client, deps) },
    ]),
  ];
}

/**
 * Checks that a redirect URI has the org's own domain. Okta returns users to the domain where their sign-in started.
 */
function checkRedirectUris({ redirectUris }: OktaClient, { settings }: OktaProvisionDeps): Finding {
  const { orgUrl } = settings.okta;
  return redirectUris.some((uri) => uri.startsWith(`${orgUrl}/`))
    ? pass(`Answers go to ${redirectUris.join(', ')}`)
    : fail(`None of ${redirectUris.join(', ')} is at ${orgUrl}`, `Add ${orgUrl} to orgUrls of this client`);
}

async function checkIdp(client: OktaClient, deps: OktaProvisionDeps): Promise<Finding> {
  const idp = await findIdp(client, deps);
  if (idp === null)
    return fail('The org has no identity provider for it', 'Run facestep provision for this connection');
  if (idp.status !== 'ACTIVE')
    return fail(`"${idp.name}" is not active`, 'Activate it in Security > Identity Providers');
  if (client.kind === 'okta_factor' && !(await hasAuthenticator(client, deps))) {
    return fail(`"${idp.name}" is no authenticator`, 'Set its IdP Usage to Factor only, and run facestep provision');
  }
  if (client.kind === 'okta_factor' && !signsRequests(idp)) {
    return warn(
      `"${idp.name}" does not sign its requests, so anyone who knows a username can lock that user out of the face check`,
      'Set its request signature to HS256 in Security > Identity Providers, and try one sign-in',
    );
  }
  return pass(`"${idp.name}" leads here`);
}
