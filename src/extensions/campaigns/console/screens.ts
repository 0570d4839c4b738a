import type { ExtensionScreen } from '../../../../web/console/screens.js';

export const screens: readonly ExtensionScreen[] = [
  {
    id: 'campaigns',
    path: '/campaigns',
    rights: ['operate'],
    extension: 'campaigns',
    after: 'people',
    entry: 'people',
    load: async () => (await import('./screen.js')).campaigns,
  },
];
