import { alwaysOn, type Extension, nothing } from '../extension.js';

/** Measures accuracy and attack resistance on the command line. */
export const measuring = {
  ...nothing,
  commands: { measure: async () => (await import('./command.js')).createMeasureCommand },
  open: async () => alwaysOn('measuring', () => []),
} as const satisfies Extension;
