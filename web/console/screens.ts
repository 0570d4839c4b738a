import type { Texts as Words } from '../../locales/compiled/console/frame/texts.js';
import type { Right, Session } from './frame/session.js';
import type { Screen } from './frame/words.js';

export interface ScreenRow {
  readonly id: keyof Words['screens'];
  readonly path: string;
  /** Entry of the menu that leads to the screen; by default its own. */
  readonly entry?: keyof Words['screens'];
  /** Any one of these rights is enough. */
  readonly rights: readonly Right[];
  /** Loads the code of the screen. */
  load(): Promise<Screen>;
}

/** A screen of an extension. It is listed after another screen, if the extension is on. */
export interface ExtensionScreen extends ScreenRow {
  readonly extension: string;
  readonly after: ScreenRow['id'];
}

/** Every folder of `screens`, whose name is the path of its screen. The first screen has no path. */
const folders = import.meta.glob<{ readonly screen: Screen }>('./screens/*/screen.tsx');

const toScreen = (row: Omit<ScreenRow, 'load'>): ScreenRow => ({
  ...row,
  async load() {
    const load = folders[`./screens${row.path || '/home'}/screen.tsx`];
    if (load === undefined) throw new Error(`no folder for ${row.id}`);
    return (await load()).screen;
  },
});

const ownScreens: readonly ScreenRow[] = [
  toScreen({ id: 'home', path: '', rights: ['view', 'develop'] }),
  toScreen({ id: 'people', path: '/people', rights: ['view'] }),
  toScreen({ id: 'log', path: '/log', rights: ['audit'] }),
  toScreen({ id: 'activity', path: '/activity', rights: ['audit'], entry: 'log' }),
  toScreen({ id: 'connections', path: '/connections', rights: ['configure', 'operate', 'audit'] }),
  toScreen({ id: 'helpDesk', path: '/help-desk', rights: ['assist'] }),
  toScreen({ id: 'applications', path: '/applications', rights: ['audit'] }),
  toScreen({ id: 'operations', path: '/operations', rights: ['configure', 'operate', 'audit'], entry: 'settings' }),
  toScreen({ id: 'server', path: '/server', rights: ['configure'], entry: 'settings' }),
  toScreen({ id: 'brand', path: '/brand', rights: ['configure'], entry: 'settings' }),
  toScreen({ id: 'administrators', path: '/administrators', rights: ['audit'], entry: 'settings' }),
];

const contributed = Object.values(
  import.meta.glob<{ readonly screens: readonly ExtensionScreen[] }>('../../src/extensions/*/console/screens.ts', {
    eager: true,
  }),
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

export const entryOf = ({ id, entry = id }: ScreenRow): ScreenRow['id'] => entry;

export function findScreen(path: string): ScreenRow | null {
  const found = screens.find((each) => each.path === path || (each.path !== '' && path.startsWith(`${each.path}/`)));
  return found ?? null;
}
