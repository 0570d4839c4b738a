import type { ExtensionScreen } from '../../../../web/console/screens.js';

export const screens: readonly ExtensionScreen[] = [
  {
    id: 'proof',
    path: '/proof',
    rights: ['audit'],
    extension: 'proof-pack',
    after: 'activity',
    entry: 'log',
    load: async () => (await import('./screen.js')).screen,
  },
];
