import type * as ConnectionsReplies from '../../../../src/http/rest/replies/connections.js';
import type { DoctorReply } from '../../../../src/http/rest/replies/doctor.js';
import { get, post } from '../../frame/call.js';

export type Mode = ConnectionsReplies.ModeReply['inForce'];

export type Connection = ConnectionsReplies.ConnectionsReply['connections'][number];
export const listConnections = get<ConnectionsReplies.ConnectionsReply>('/v1/connections');

const of = (id: string, rest: string): string => `/v1/connections/${encodeURIComponent(id)}/${rest}`;
/** Timeout of requests that query the provider about every user. */
const patient = { withinMs: 90_000 };

/** @param isSure - true to proceed although no user is enrolled */
export const switchMode = (id: string, mode: Mode, isSure: boolean) => ({
  ...post(of(id, 'mode'), { mode, isSure }),
  ...patient,
});

export type Refused = ConnectionsReplies.RefusedReply;
export const listRefused = (id: string, days: number, cursor: string | null) =>
  post<ConnectionsReplies.RefusedReply>(of(id, 'refused'), { days, limit: 50, cursor: cursor ?? undefined });

export type { DoctorReply };
export type ConnectionReport = DoctorReply['doctor']['connections'][number];
export type Finding = ConnectionReport['findings'][number];
export const readDoctor = get<DoctorReply>('/v1/doctor');
/** @param connection - `undefined` for all */
export const examine = (connection?: string) => post<DoctorReply>('/v1/doctor', { connection });

export type Plan = ConnectionsReplies.PlanReply;
export const planConnection = (id: string) => ({ ...post<ConnectionsReplies.PlanReply>(of(id, 'plan')), ...patient });

export type Run = ConnectionsReplies.BegunRunReply['run'];
export const readRun = (id: string) => post<ConnectionsReplies.LastRunReply>(of(id, 'run'));
/** What to apply: one step, or by default all. */
export interface Applied {
  readonly step?: string;
  readonly pushSecrets?: boolean;
}
export const applyConnection = (id: string, what: Applied, isSure: boolean) => ({
  ...post<ConnectionsReplies.BegunRunReply>(of(id, 'apply'), { ...what, isSure }),
  ...patient,
});

export type Secret = ConnectionsReplies.ConnectionSecretsReply['secrets'][number];
export type SecretAge = Secret['current'];
export const listSecrets = (id: string) => post<ConnectionsReplies.ConnectionSecretsReply>(of(id, 'secrets'));
