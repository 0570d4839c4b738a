import { alwaysOn, type Extension, nothing } from '../extension.js';

/** Lets a person act for an organization at an OpenID client. */
export const organisations = {
  ...nothing,
  oidc: async () => (await import('./openid.js')).organisationsOfOidc,
  open: async () => alwaysOn('organisations', () => []),
} as const satisfies Extension;
