import { createHmac } from 'node:crypto';
import type { Configuration, OpenID4VCICredentialResponse, OpenID4VCIIssueCredentialContext } from 'oidc-provider';
import type { Credential } from '../../core/secrets.js';
import type { CredentialConfig, CredentialConfigs } from './config.js';

/*
 * OpenID for Verifiable Credential Issuance 1.0. The library's support is experimental, so only this file configures
 * it.
 */

/** OpenID4VCI 1.0, section 6.1. */
export const preAuthorized = 'urn:ietf:params:oauth:grant-type:pre-authorized_code';

const proofAlgorithms = ['ES256', 'Ed25519', 'EdDSA'];

export type IssueCredential = (asked: OpenID4VCIIssueCredentialContext) => Promise<OpenID4VCICredentialResponse>;

/** Returns the library's setting. @param cookieKey - the same on all replicas */
export function toLibraryFeature(
  issuer: string,
  { credentials, issue }: { readonly credentials: CredentialConfigs; readonly issue: IssueCredential },
  cookieKey: Credential,
) {
  return {
    enabled: true,
    ack: 'experimental-01',
    preAuthorizedCodeGrant: true,
    nonceSecret: cookieKey.use((text) => createHmac('sha256', text).update('facestep credential nonce').digest()),
    metadata: {},
    credentialConfigurationsSupported: Object.fromEntries(
      Object.entries(credentials).map(([type, credential]) => [type, describe(type, credential)]),
    ),
    credentialEndpointExpectedAudience: () => issuer,
    // Refuses access tokens of other grants, such as approvals.
    credentialConfigurationPolicy: (_context, { accessToken }) => accessToken.gty === 'pre_authorized_code',
    async issueCredential(_context, asked) {
      return issue(asked);
    },
  } satisfies NonNullable<Configuration['features']>['openid4vci'];
}

/** Describes a credential for the metadata (OpenID4VCI 1.0, section 12.2.4 and appendix A.3). */
const describe = (type: string, { vct, name, claims }: CredentialConfig) => ({
  format: 'dc+sd-jwt',
  vct,
  scope: type,
  cryptographic_binding_methods_supported: ['jwk'] as const,
  credential_signing_alg_values_supported: ['ES256'],
  proof_types_supported: { jwt: { proof_signing_alg_values_supported: proofAlgorithms } },
  credential_metadata: {
    display: [{ name }],
    claims: [...Object.keys(claims), 'sub'].map((claim) => ({ path: [claim] })),
  },
});
