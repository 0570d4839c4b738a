import { alwaysOn, type Extension, nothing } from '../extension.js';

/** Makes a signed folder that shows an auditor what was in force and what was done. */
export const proofPack = {
  ...nothing,
  commands: { proof: async () => (await import('./command.js')).createProofCommand },
  open: async () => alwaysOn('proof-pack', (await import('./endpoints.js')).createProofEndpoints),
} as const satisfies Extension;
