import type { Screen } from './frame/words.js';
import type { ScreenRow } from './screens.js';

/** Loads the code of each screen. screens.ts has its metadata. */
export const loadScreen: Readonly<Record<ScreenRow['id'], () => Promise<Screen>>> = {
  home: async () => (await import('./screens/home/screen.js')).home,
  people: async () => (await import('./screens/people/screen.js')).people,
  log: async () => (await import('./screens/log/screen.js')).log,
  connections: async () => (await import('./screens/connections/screen.js')).connections,
  operations: async () => (await import('./screens/operations/screen.js')).operations,
  helpDesk: async () => (await import('./screens/help-desk/screen.js')).helpDesk,
  campaigns: async () => (await import('./screens/campaigns/screen.js')).campaigns,
  brand: async () => (await import('./screens/brand/screen.js')).brand,
  applications: async () => (await import('./screens/applications/screen.js')).applications,
  requests: async () => (await import('./screens/requests/screen.js')).requests,
  mine: async () => (await import('./screens/mine/screen.js')).mine,
  administrators: async () => (await import('./screens/administrators/screen.js')).administrators,
};
