import { alwaysOn, type Extension, nothing } from '../extension.js';
import { rosterDetails } from './events.js';

/** Identifies a person among the tokens that a client sends. */
export const roster = {
  ...nothing,
  auditDetails: rosterDetails,
  relaxedActions: ['roster_searched'],
  open: async () => alwaysOn('roster', (await import('./endpoints.js')).createIdentificationEndpoints),
} as const satisfies Extension;
