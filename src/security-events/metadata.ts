import type { JsonObject } from '../base/json.js';

/** Where receivers call, under the issuer. */
export const ssfPaths = {
  keys: '/ssf/jwks.json',
  token: '/ssf/token',
  streams: '/ssf/streams',
  status: '/ssf/status',
  verification: '/ssf/verification',
  poll: '/ssf/events',
} as const;

/** How events travel. */
export const deliveryMethods = { push: 'urn:ietf:rfc:8935', poll: 'urn:ietf:rfc:8936' } as const;

/** What the scopes of an access token may be. */
export const ssfScopes = ['ssf.read', 'ssf.manage'] as const;
export type SsfScope = (typeof ssfScopes)[number];

/** The transmitter's own metadata, and that of the authorization server that its receivers ask for access tokens. */
export const metadataPaths = {
  transmitter: '/.well-known/ssf-configuration',
  authorizationServer: '/.well-known/oauth-authorization-server',
} as const;

/**
 * What receivers of security events find there. Subjects cannot be added or removed: every stream is told of all users of the
 * connections it may see, as receivers must expect.
 * @see https://openid.net/specs/openid-sharedsignals-framework-1_0-final.html
 */
export const describeTransmitter = (issuer: string): JsonObject => ({
  spec_version: '1_0',
  issuer,
  jwks_uri: `${issuer}${ssfPaths.keys}`,
  delivery_methods_supported: [deliveryMethods.push, deliveryMethods.poll],
  configuration_endpoint: `${issuer}${ssfPaths.streams}`,
  status_endpoint: `${issuer}${ssfPaths.status}`,
  verification_endpoint: `${issuer}${ssfPaths.verification}`,
  authorization_schemes: [{ spec_urn: 'urn:ietf:rfc:6749' }, { spec_urn: 'urn:ietf:rfc:6750' }],
  default_subjects: 'ALL',
});

/**
 * Where receivers get their access tokens: of the same issuer, by client credentials alone, so nobody is sent anywhere and no
 * response type is known.
 * @see https://www.rfc-editor.org/rfc/rfc8414 (section 2)
 */
export const describeAuthorizationServer = (issuer: string): JsonObject => ({
  issuer,
  token_endpoint: `${issuer}${ssfPaths.token}`,
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  grant_types_supported: ['client_credentials'],
  response_types_supported: [],
  scopes_supported: [...ssfScopes],
});
