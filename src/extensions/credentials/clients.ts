import type { ClientMetadata } from 'oidc-provider';
import type { CredentialConfig, CredentialConfigs } from '../../config/credentials.js';
import { consentNameOf, type RelyingPartyConfig, relyingPartyGuard, walletClientId } from '../../config/oidc.js';
import type { DirectoryFor, OidcClient } from '../../connections/openid-client.js';
import { createRelyingParty } from '../../oidc/relying-party.js';
import { preAuthorized } from './library-settings.js';

export const pageOf = (type: string): string => `/credentials/${type}`;

/** Creates the public clients that request a credential's claims. These clients never get an authorization code. */
export function createCredentialClients(
  issuer: string,
  credentials: CredentialConfigs,
  directoryFor: DirectoryFor,
): readonly OidcClient[] {
  return Object.entries(credentials).map(([type, credential]) => {
    const { takesAnotherWay: _, ...client } = createRelyingParty(toConfig(issuer, type, credential), directoryFor);
    return { ...client, offers: type };
  });
}

const toConfig = (issuer: string, type: string, { name, claims, days }: CredentialConfig): RelyingPartyConfig => ({
  ...relyingPartyGuard.parse({
    kind: 'relying_party',
    id: consentNameOf(type),
    name,
    redirectUris: [`${issuer}${pageOf(type)}`],
    dataConsentDays: days,
  }),
  claims,
});

/** A wallet has no client secret, because the holder's key identifies it and the offer's code authorizes it. */
export const walletMetadata: ClientMetadata = {
  client_id: walletClientId,
  token_endpoint_auth_method: 'none',
  grant_types: [preAuthorized],
  response_types: [],
  redirect_uris: [],
};
