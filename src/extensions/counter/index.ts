import { alwaysOn, type Extension, nothing } from '../extension.js';
import { counterAddition } from './config.js';

/** Checks people in person, at a counter with staff. */
export const counter = {
  ...nothing,
  connection: counterAddition,
  oidc: async () => (await import('./openid.js')).countersOfOidc,
  open: async () => alwaysOn('counter', () => []),
} as const satisfies Extension;
