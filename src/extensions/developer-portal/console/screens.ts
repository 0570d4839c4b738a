import type { ExtensionScreen } from '../../../../web/console/screens.js';

const common = { extension: 'developer-portal', after: 'applications' } as const;

export const screens: readonly ExtensionScreen[] = [
  {
    ...common,
    id: 'requests',
    path: '/requests',
    entry: 'applications',
    rights: ['configure'],
    load: async () => (await import('./requests/screen.js')).requests,
  },
  {
    ...common,
    id: 'mine',
    path: '/my-applications',
    rights: ['develop'],
    load: async () => (await import('./mine/screen.js')).mine,
  },
];
