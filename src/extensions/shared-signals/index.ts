import { alwaysOn, type Extension, nothing } from '../extension.js';
import { signalsAddition } from './config.js';

/** Receives security events of other systems (Shared Signals). */
export const sharedSignals = {
  ...nothing,
  connection: signalsAddition,
  open: async () => {
    const { mountSignals } = await import('./receive.js');
    return { ...alwaysOn('shared-signals', () => []), mount: mountSignals };
  },
} as const satisfies Extension;
