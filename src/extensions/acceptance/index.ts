import { alwaysOn, type Extension, nothing } from '../extension.js';

/** Compares what facestep assumes about a provider with what the owner of a tenant sees. */
export const acceptance = {
  ...nothing,
  commands: { accept: async () => (await import('./command.js')).createAcceptCommand },
  open: async () => alwaysOn('acceptance', (await import('./endpoints.js')).createAcceptanceEndpoints),
} as const satisfies Extension;
