import { type Extension, nothing } from '../extension.js';
import { sections } from './settings.js';

/** Self-service requests of developers for applications. */
export const developerPortal = {
  ...nothing,
  sections,
  check: ({ onboarding: { sandbox } }, { connections }) =>
    sandbox === null || connections.some(({ id }) => id === sandbox)
      ? []
      : [{ path: ['onboarding', 'sandbox'], reason: 'expected the id of a connection' }],
  open: async () => (await import('./open.js')).portal,
} as const satisfies Extension<typeof sections>;
