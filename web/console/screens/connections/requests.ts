import { loadTexts } from '../../../../locales/compiled/console/connections/load.js';
import type { DoctorReply } from '../../../../src/admin/replies/doctor.js';
import type { ConnectionModeReply } from '../../../../src/connections/replies.js';
import type { DraftReply } from '../../../../src/drafts/replies.js';
import { get, post } from '../../frame/call.js';
import { defineTexts } from '../../frame/words.js';

export const { defineScreen, TextsContext, useTexts } = defineTexts(loadTexts);

export type { Connection } from '../../ledger/requests.js';

export const pathOf = (id: string, rest: string): string => `/v1/connections/${encodeURIComponent(id)}/${rest}`;
export const readMode = (id: string) => get<ConnectionModeReply>(pathOf(id, 'mode'));
/** Timeout of requests that query the provider about every user. */
export const patient = { withinMs: 90_000 };

export const readDraft = get<DraftReply>('/v1/configuration/draft');
/** @param connection - empty for the settings of no connection */
export const saveDraft = (connection: string, section: string, settings: string, revision: number | undefined) =>
  post<DraftReply>('/v1/configuration/draft/save', { connection, section, settings, revision });

export type ConnectionReport = DoctorReply['doctor']['connections'][number];
export type Finding = ConnectionReport['findings'][number];
export const readDoctor = get<DoctorReply>('/v1/doctor');
/** @param connection - `undefined` for all */
export const examine = (connection?: string) => post<DoctorReply>('/v1/doctor', { connection });

/** @param until - `undefined` to end the acceptance */
export const accept = (connection: string, title: string, reason: string, until?: string) =>
  post<DoctorReply>('/v1/doctor/accepted', { connection, title, reason, until });

/** What to apply: one step, or by default all. */
export interface Applied {
  readonly step?: string;
  readonly pushSecrets?: boolean;
}

export const tabs = ['overview', 'rollout', 'settings', 'setup'] as const;

export const addressOfTab = (id: string, tab: (typeof tabs)[number] = 'overview'): string =>
  `/connections/${encodeURIComponent(id)}${tab === 'overview' ? '' : `/${tab}`}`;

/** Parts of addresses that no connection can have as its id. */
export const connectPlace = '_new';
export const startPlace = '_start';

/** Returns the page that edits a section of the draft. */
export function addressOfSection({ connection, section }: { readonly connection: string; readonly section: string }) {
  if (section === 'connection') return `/connections/${connectPlace}`;
  return section === 'server' ? '/server' : addressOfTab(connection, 'settings');
}
