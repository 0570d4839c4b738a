import { alwaysOn, type Extension, nothing } from '../extension.js';
import { signatureEvents } from './events.js';

/** Signs documents that a person approved by a face check. */
export const signatures = {
  ...nothing,
  events: signatureEvents,
  commands: {
    sign: async () => (await import('./commands.js')).createSignCommand,
    'verify-signature': async () => (await import('./commands.js')).createVerifySignatureCommand,
  },
  open: async () => alwaysOn('signatures', (await import('./endpoints.js')).createSignatureEndpoints),
} as const satisfies Extension;
