import type { Right } from './frame/session.js';
import type { Words } from './messages/words.js';

/** One screen, before it is fetched. */
export interface ScreenRow {
  /** Its name in `messages/*.ts`, under `screens`. */
  readonly id: keyof Words['screens'];
  /** Its address after `/console`: everything below it is the screen's, too. */
  readonly path: string;
  /** Whoever holds one of these sees it. */
  readonly rights: readonly Right[];
}

/** Every screen, as the navigation lists them. */
export const screens: readonly ScreenRow[] = [
  {
    id: 'home',
    path: '',
    rights: ['view', 'develop'],
  },
  {
    id: 'people',
    path: '/people',
    rights: ['view'],
  },
  {
    id: 'log',
    path: '/log',
    rights: ['audit'],
  },
  {
    id: 'connections',
    path: '/connections',
    rights: ['configure', 'operate', 'audit'],
  },
  {
    id: 'operations',
    path: '/operations',
    rights: ['configure', 'operate', 'audit'],
  },
  {
    id: 'helpDesk',
    path: '/help-desk',
    rights: ['assist'],
  },
  {
    id: 'campaigns',
    path: '/campaigns',
    rights: ['operate'],
  },
  {
    id: 'brand',
    path: '/brand',
    rights: ['configure'],
  },
  {
    id: 'applications',
    path: '/applications',
    rights: ['audit'],
  },
  {
    id: 'requests',
    path: '/requests',
    rights: ['configure'],
  },
  {
    id: 'mine',
    path: '/my-applications',
    rights: ['develop'],
  },
  {
    id: 'administrators',
    path: '/administrators',
    rights: ['audit'],
  },
];

/** The screen at an address; `null`: there is none. */
export function findScreen(path: string): ScreenRow | null {
  const found = screens.find((each) => each.path === path || (each.path !== '' && path.startsWith(`${each.path}/`)));
  return found ?? null;
}
