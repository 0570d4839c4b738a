import type * as LedgerReplies from '../../../src/audit/ledger/replies.js';
import type { ConnectionsReply } from '../../../src/connections/replies.js';
import type { SentInvitationReply } from '../../../src/step-up/replies.js';
import { get, post, type ServerRequest } from '../frame/call.js';

export type Who = Readonly<Pick<LedgerReplies.PersonReply, 'connection' | 'subject'>>;

export const keyOf = ({ connection, subject }: Who): string => `${connection} ${subject}`;

export const statuses = ['enrolled', 'expired', 'ended', 'locked'] as const;

export type Person = LedgerReplies.PersonReply;
export type Name = Readonly<Pick<FoundPerson, 'name' | 'login' | 'email'>>;
export type Line = LedgerReplies.LineReply;
export type Check = LedgerReplies.CheckReply;

export const whoOf = ({ connection, subject }: Line): Who | null => (subject === null ? null : { connection, subject });

/** Returns the start of a day in the reader's time zone. */
export function startOf(day: string | null, daysLater: number): string | undefined {
  const [year, month, date] = (day ?? '').split('-').map(Number);
  if (year === undefined || month === undefined || date === undefined) return undefined;
  const start = new Date(year, month - 1, date + daysLater);
  return Number.isNaN(start.getTime()) ? undefined : start.toISOString();
}

export const outcomes = ['passed', 'refused', 'let_through', 'noted'] as const satisfies Line['outcome'][];

/** Fields of a filter. Fields that are `undefined` are not sent. */
export type Filter = Readonly<Record<string, unknown>>;

export const listPeople = (filter: Filter, from: string | null) =>
  post<LedgerReplies.PeopleReply>('/v1/people/list', { ...filter, limit: 100, cursor: from ?? undefined });

export const listLocked = (from: string | null) =>
  post<LedgerReplies.PeopleReply>('/v1/people/locked', { limit: 100, cursor: from ?? undefined });

export const readPerson = (who: Who) => post<LedgerReplies.OnePersonReply>('/v1/people/one', who);

export const listChecksOf = (who: Who, from: string | null) =>
  post<LedgerReplies.PersonChecksReply>('/v1/people/checks', { ...who, limit: 50, cursor: from ?? undefined });

export type Connection = ConnectionsReply['connections'][number];

export const listConnections = get<ConnectionsReply>('/v1/connections');

export type FoundPerson = LedgerReplies.FoundPeopleReply['people'][number];

/** @param text - prefix of a login, e-mail address or name, or a whole id */
export const findPeople = (text: string) => post<LedgerReplies.FoundPeopleReply>('/v1/people/find', { text });

/** @param subjects - at most 100 */
export const readNames = (connection: string, subjects: readonly string[]) =>
  post<LedgerReplies.NamesReply>('/v1/people/names', { connection, subjects });

export const listChecks = (filter: Filter, from: string | null) =>
  post<LedgerReplies.ChecksReply>('/v1/log/checks', { ...filter, limit: 50, cursor: from ?? undefined });

/** Lists the newest results of sign-ins and face checks of a connection. */
export const listSignIns = (connection: string) =>
  post<LedgerReplies.LinesReply>('/v1/log/list', {
    connection,
    actions: ['hook_decided', 'verified', 'verification_refused'],
    limit: 200,
  });

/** Lists the acts of administrators and clients. */
export const listActivity = (filter: Filter, from: string | null) =>
  post<LedgerReplies.LinesReply>('/v1/log/list', {
    ...filter,
    isActivity: true,
    limit: 200,
    cursor: from ?? undefined,
  });

export type ExportedLine = LedgerReplies.ExportedChecksReply['checks'][number];

/** Exports all that a filter matches. Names come from the providers, which may take minutes. */
export const exportChecks = (
  filter: Filter,
  signal: AbortSignal,
  onLine: (line: LedgerReplies.ExportedChecksReply) => void,
): ServerRequest<LedgerReplies.ExportedChecksReply> => ({
  ...post<LedgerReplies.ExportedChecksReply>('/v1/log/export', filter),
  withinMs: 1_800_000,
  signal,
  onLine,
});

/** Counts of every connection, newest day first. */
export const countLines = get<LedgerReplies.LineCountsReply>('/v1/log/counts');

export const invitationHours = 72;

export const inviteByEmail = (who: Who, language: string) =>
  post<SentInvitationReply>('/v1/subjects/invite', { ...who, lifeHours: invitationHours, send: 'email', language });

/**
 * @param group - id, or unique name
 * @param status - `undefined` for all
 */
export const listGroup = (connection: string, group: string, status: string | undefined) => ({
  ...get<LedgerReplies.MemberPeopleReply>('/v1/people/members', { connection, group, status }),
  withinMs: 90_000,
});
