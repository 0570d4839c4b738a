import { alwaysOn, type Extension, nothing } from '../extension.js';
import { counterEvents } from './events.js';

/** Checks people in person, at a counter with staff. */
export const counter = {
  ...nothing,
  events: counterEvents,
  oidc: async () => (await import('./openid.js')).countersOfOidc,
  open: async () => alwaysOn('counter', () => []),
} as const satisfies Extension;
