import type * as HelpDeskReplies from '../../../../src/http/rest/replies/help-desk.js';
import { post } from '../../frame/call.js';

export type Who = { readonly connection: string } & ({ readonly subject: string } | { readonly login: string });

const pageFrom = (cursor: string | null) => ({ limit: 100, cursor: cursor ?? undefined });

export type BegunVouching = HelpDeskReplies.BegunVouchingReply;
export const beginVouching = (fields: Who & { readonly send: string; readonly language: string }) =>
  post<HelpDeskReplies.BegunVouchingReply>('/v1/help-desk/vouchings', fields);

export type VouchingView = HelpDeskReplies.VouchingReply;
export const readVouching = (id: string) => post<HelpDeskReplies.VouchingReply>(`/v1/help-desk/vouchings/${id}`);

export type MadeCode = HelpDeskReplies.MadeBypassReply;
/** @param fields.minutes - `undefined` for the policy's maximum */
export const makeBypassCode = (
  fields: Who & { readonly minutes: number | undefined; readonly application: string | undefined },
) => post<HelpDeskReplies.MadeBypassReply>('/v1/help-desk/bypass-codes', fields);

export const listBypassCodes = (cursor: string | null) =>
  post<HelpDeskReplies.BypassesReply>('/v1/help-desk/bypass-codes/list', pageFrom(cursor));

export const approveBypassCode = (id: string) =>
  post<HelpDeskReplies.ApprovedBypassReply>(`/v1/help-desk/bypass-codes/${id}/approve`);

export type HelpRequest = HelpDeskReplies.HelpRequestReply;
export const listHelpRequests = (cursor: string | null) =>
  post<HelpDeskReplies.HelpRequestsReply>('/v1/help-desk/requests/list', pageFrom(cursor));

export const takeHelpRequest = (id: string) =>
  post<HelpDeskReplies.TakenHelpRequestReply>(`/v1/help-desk/requests/${id}/take`);

export const settlements = ['vouching', 'bypass', 'invitation', 'none'] as const;
export const closeHelpRequest = (id: string, settlement: string) =>
  post(`/v1/help-desk/requests/${id}/settle`, { settlement });
