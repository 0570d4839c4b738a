import { alwaysOn, type Extension, nothing } from '../extension.js';
import { rosterEvents } from './events.js';

/** Identifies a person among the tokens that a client sends. */
export const roster = {
  ...nothing,
  events: rosterEvents,
  open: async () => alwaysOn('roster', (await import('./endpoints.js')).createIdentificationEndpoints),
} as const satisfies Extension;
