import { type ConnectionGuide, hookSecret } from '../../src/connections/guide.js';

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
    {
      setting: 'okta.orgUrl',
      text: 'Address of the org, without a path',
      example: 'https://example.okta.com',
      type: 'text',
      isOptional: false,
    },
    {
      setting: 'okta.auth.clientId',
      text: 'Client ID of the application',
      example: '0oa1b2c3d4E5f6G7h8i9',
      type: 'text',
      isOptional: false,
    },
    {
      setting: 'okta.auth.keyId',
      text: 'ID of the key (KID), next to the key',
      example: 'kFq3xW2yV1',
      type: 'text',
      isOptional: false,
    },
  ],
  secrets: [
    {
      setting: 'okta.auth.privateKey',
      text: 'The private key, with its first and last line',
      isRandom: false,
    },
    hookSecret('okta.hooks.secret.value', 'Secret that Okta sends with each call of a hook'),
  ],
  fixed: { 'okta.auth.kind': 'private_key' },
};
