import { alwaysOn, type Extension, nothing } from '../extension.js';

/** Signs documents that a person approved by a face check. */
export const signatures = {
  ...nothing,
  commands: {
    sign: async () => (await import('./commands.js')).createSignCommand,
    'verify-signature': async () => (await import('./commands.js')).createVerifySignatureCommand,
  },
  open: async () => alwaysOn('signatures', (await import('./endpoints.js')).createSignatureEndpoints),
} as const satisfies Extension;
