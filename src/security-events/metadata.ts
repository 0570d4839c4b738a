import type { JsonObject } from '../base/json.js';

/** Where receivers call, under the issuer. */
export const ssfPaths = {
  keys: '/ssf/jwks.json',
  streams: '/ssf/streams',
  status: '/ssf/status',
  verification: '/ssf/verification',
  poll: '/ssf/events',
} as const;

/** How events travel. */
export const deliveryMethods = { push: 'urn:ietf:rfc:8935', poll: 'urn:ietf:rfc:8936' } as const;

const metadataPath = '/.well-known/ssf-configuration';

/** Where the metadata is: where the issuer has a path, that comes after it (SSF 1.0, section 7.2). */
export const metadataPathsOf = (issuer: string): readonly string[] => [
  ...new Set([metadataPath, `${metadataPath}${new URL(issuer).pathname.replace(/\/$/, '')}`]),
];

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
