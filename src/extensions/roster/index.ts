import { alwaysOn, type Extension, nothing } from '../extension.js';

/** Identifies a person among the tokens that a client sends. */
export const roster = {
  ...nothing,
  open: async () => alwaysOn('roster', (await import('./endpoints.js')).createIdentificationEndpoints),
} as const satisfies Extension;
