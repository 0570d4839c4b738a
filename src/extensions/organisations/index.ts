import { alwaysOn, type Extension, nothing } from '../extension.js';
import { organisationsAddition } from './config.js';

/** Lets a person act for an organization at an OpenID client. */
export const organisations = {
  ...nothing,
  connection: organisationsAddition,
  oidc: async () => (await import('./openid.js')).organisationsOfOidc,
  open: async () => alwaysOn('organisations', () => []),
} as const satisfies Extension;
