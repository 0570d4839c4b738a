import { type ConnectionGuide, hookSecret, providerSecret, requiredField } from '../../src/connections/guide.js';

/** @see README.md, “Set up” */
export const oktaGuide: ConnectionGuide = {
  name: 'Okta',
  preparation: [
    'Applications > Applications > Create App Integration > API Services. Name: facestep',
    'General > Client Credentials > Edit > Public key / Private key > Add key > Generate new key. Keep the private key in the format PEM',
    'Okta API Scopes: grant okta.users.read and okta.users.manage. For the setup, also okta.schemas, okta.inlineHooks, okta.eventHooks, okta.authorizationServers and okta.policies, each with .read and .manage (adapters/okta/README.md, “Permissions for provisioning”)',
    'Admin roles > Edit assignments: assign a custom role with okta.users.read, okta.users.userprofile.manage and okta.users.lifecycle.clearSessions, for the users who enrol',
  ],
  fields: [
    requiredField('okta.orgUrl', 'Address of the org, without a path', 'https://example.okta.com'),
    requiredField('okta.auth.clientId', 'Client ID of the application', '0oa1b2c3d4E5f6G7h8i9'),
    requiredField('okta.auth.keyId', 'ID of the key (KID), next to the key', 'kFq3xW2yV1'),
  ],
  secrets: [
    providerSecret('okta.auth.privateKey', 'The private key, with its first and last line'),
    hookSecret('okta.hooks.secret.value', 'Secret that Okta sends with each call of a hook'),
  ],
  fixed: { 'okta.auth.kind': 'private_key' },
};
