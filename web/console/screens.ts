import type { Screen } from './frame/screen.js';
import type { Right } from './frame/session.js';
import type { Words } from './frame/words.js';

/** One screen, as the frame knows it before it is fetched. */
export interface ScreenRow {
  /** Its name in `messages/*.ts`, under `screens`. */
  readonly id: keyof Words['screens'];
  /** Its address after `/console`: everything below it is the screen's, too. */
  readonly path: string;
  /** Whoever holds one of these sees it. */
  readonly rights: readonly Right[];
  readonly load: () => Promise<Screen>;
}

/** Every screen, as the navigation lists them. */
export const screens: readonly ScreenRow[] = [
  {
    id: 'home',
    path: '',
    rights: ['view', 'develop'],
    load: async () => (await import('./screens/home/screen.js')).home,
  },
  {
    id: 'people',
    path: '/people',
    rights: ['view'],
    load: async () => (await import('./screens/people/screen.js')).people,
  },
  {
    id: 'log',
    path: '/log',
    rights: ['audit'],
    load: async () => (await import('./screens/log/screen.js')).log,
  },
  {
    id: 'connections',
    path: '/connections',
    rights: ['configure', 'operate', 'audit'],
    load: async () => (await import('./screens/connections/screen.js')).connections,
  },
  {
    id: 'operations',
    path: '/operations',
    rights: ['configure', 'operate', 'audit'],
    load: async () => (await import('./screens/operations/screen.js')).operations,
  },
  {
    id: 'helpDesk',
    path: '/help-desk',
    rights: ['assist'],
    load: async () => (await import('./screens/help-desk/screen.js')).helpDesk,
  },
  {
    id: 'applications',
    path: '/applications',
    rights: ['audit'],
    load: async () => (await import('./screens/applications/screen.js')).applications,
  },
  {
    id: 'requests',
    path: '/requests',
    rights: ['configure'],
    load: async () => (await import('./screens/requests/screen.js')).requests,
  },
  {
    id: 'mine',
    path: '/my-applications',
    rights: ['develop'],
    load: async () => (await import('./screens/mine/screen.js')).mine,
  },
  {
    id: 'administrators',
    path: '/administrators',
    rights: ['audit'],
    load: async () => (await import('./screens/administrators/screen.js')).administrators,
  },
];

/** The screen at an address; `null`: there is none. */
export function findScreen(path: string): ScreenRow | null {
  const found = screens.find((each) => each.path === path || (each.path !== '' && path.startsWith(`${each.path}/`)));
  return found ?? null;
}
