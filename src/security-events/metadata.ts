import type { JsonObject } from '../base/json.js';

/**
 * What receivers of security events find at `/.well-known/ssf-configuration`. Receivers are registered in the configuration, so there
 * is no endpoint to do it at.
 * @see https://openid.net/specs/openid-sharedsignals-framework-1_0-final.html
 */
export const describeTransmitter = (issuer: string): JsonObject => ({
  spec_version: '1_0',
  issuer,
  jwks_uri: `${issuer}/.well-known/jwks.json`,
  delivery_methods_supported: ['urn:ietf:rfc:8935'],
  default_subjects: 'ALL',
});
