import type { Texts as Words } from '../../locales/compiled/console/frame/texts.js';
import type { Right } from './frame/session.js';

export interface ScreenRow {
  readonly id: keyof Words['screens'];
  readonly path: string;
  readonly rights: readonly Right[];
}

export const screens: readonly ScreenRow[] = [
  { id: 'home', path: '', rights: ['view', 'develop'] },
  { id: 'people', path: '/people', rights: ['view'] },
  { id: 'log', path: '/log', rights: ['audit'] },
  { id: 'connections', path: '/connections', rights: ['configure', 'operate', 'audit'] },
  { id: 'operations', path: '/operations', rights: ['configure', 'operate', 'audit'] },
  { id: 'helpDesk', path: '/help-desk', rights: ['assist'] },
  { id: 'campaigns', path: '/campaigns', rights: ['operate'] },
  { id: 'brand', path: '/brand', rights: ['configure'] },
  { id: 'applications', path: '/applications', rights: ['audit'] },
  { id: 'requests', path: '/requests', rights: ['configure'] },
  { id: 'mine', path: '/my-applications', rights: ['develop'] },
  { id: 'administrators', path: '/administrators', rights: ['audit'] },
];

export const maySee = ({ rights }: Pick<ScreenRow, 'rights'>, held: readonly Right[]): boolean =>
  rights.some((right) => held.includes(right));

export function findScreen(path: string): ScreenRow | null {
  const found = screens.find((each) => each.path === path || (each.path !== '' && path.startsWith(`${each.path}/`)));
  return found ?? null;
}
