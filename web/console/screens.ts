import type { Texts as Words } from '../../locales/compiled/console/frame/texts.js';
import type { Right, Session } from './frame/session.js';
import type { Screen } from './frame/words.js';

export interface ScreenRow {
  readonly id: keyof Words['screens'];
  readonly path: string;
  readonly rights: readonly Right[];
  /** Loads the code of the screen. */
  load(): Promise<Screen>;
}

/** A screen of an extension. It is listed after another screen, if the extension is on. */
export interface ExtensionScreen extends ScreenRow {
  readonly extension: string;
  readonly after: ScreenRow['id'];
}

const ownScreens: readonly ScreenRow[] = [
  {
    ...{ id: 'home', path: '', rights: ['view', 'develop'] },
    load: async () => (await import('./screens/home/screen.js')).home,
  },
  {
    ...{ id: 'people', path: '/people', rights: ['view'] },
    load: async () => (await import('./screens/people/screen.js')).people,
  },
  {
    ...{ id: 'log', path: '/log', rights: ['audit'] },
    load: async () => (await import('./screens/log/screen.js')).log,
  },
  {
    ...{ id: 'connections', path: '/connections', rights: ['configure', 'operate', 'audit'] },
    load: async () => (await import('./screens/connections/screen.js')).connections,
  },
  {
    ...{ id: 'operations', path: '/operations', rights: ['configure', 'operate', 'audit'] },
    load: async () => (await import('./screens/operations/screen.js')).operations,
  },
  {
    ...{ id: 'helpDesk', path: '/help-desk', rights: ['assist'] },
    load: async () => (await import('./screens/help-desk/screen.js')).helpDesk,
  },
  {
    ...{ id: 'brand', path: '/brand', rights: ['configure'] },
    load: async () => (await import('./screens/brand/screen.js')).brand,
  },
  {
    ...{ id: 'applications', path: '/applications', rights: ['audit'] },
    load: async () => (await import('./screens/applications/screen.js')).applications,
  },
  {
    ...{ id: 'administrators', path: '/administrators', rights: ['audit'] },
    load: async () => (await import('./screens/administrators/screen.js')).administrators,
  },
];

interface Contributed {
  readonly screens: readonly ExtensionScreen[];
}

const contributed = Object.values(
  import.meta.glob<Contributed>('../../src/extensions/*/console/screens.ts', { eager: true }),
).flatMap((each) => each.screens);

export const screens: readonly (ScreenRow | ExtensionScreen)[] = ownScreens.flatMap((row) => [
  row,
  ...contributed.filter(({ after }) => after === row.id),
]);

export const maySee = (
  row: ScreenRow | ExtensionScreen,
  { rights, extensions }: Pick<Session, 'rights' | 'extensions'>,
): boolean =>
  row.rights.some((right) => rights.includes(right)) && (!('extension' in row) || extensions.includes(row.extension));

export function findScreen(path: string): ScreenRow | null {
  const found = screens.find((each) => each.path === path || (each.path !== '' && path.startsWith(`${each.path}/`)));
  return found ?? null;
}
