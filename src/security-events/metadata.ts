import { clientScopes } from '../access/scopes.js';
import type { JsonObject } from '../core/base/json.js';

export const ssfPaths = {
  keys: '/ssf/jwks.json',
  token: '/ssf/token',
  streams: '/ssf/streams',
  status: '/ssf/status',
  verification: '/ssf/verification',
  poll: '/ssf/events',
} as const;

export const deliveryMethods = { push: 'urn:ietf:rfc:8935', poll: 'urn:ietf:rfc:8936' } as const;

export const ssfScopes = ['ssf.read', 'ssf.manage'] as const;

export const metadataPaths = {
  transmitter: '/.well-known/ssf-configuration',
  authorizationServer: '/.well-known/oauth-authorization-server',
} as const;

/**
 * Returns the transmitter's metadata. Every stream covers all users of its connections, so receivers cannot add or
 * remove subjects.
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

/** @see https://www.rfc-editor.org/rfc/rfc8414 (section 2) */
export const describeAuthorizationServer = (issuer: string): JsonObject => ({
  issuer,
  token_endpoint: `${issuer}${ssfPaths.token}`,
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  grant_types_supported: ['client_credentials'],
  response_types_supported: [],
  scopes_supported: [...clientScopes],
});
