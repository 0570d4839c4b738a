import { loadTexts } from '../../../../../locales/compiled/console/requests/load.js';
import { get, post } from '../../../../../web/console/frame/call.js';
import { defineTexts } from '../../../../../web/console/frame/words.js';
import type * as Replies from '../../replies.js';

export const { defineScreen, useTexts } = defineTexts(loadTexts);

export type AskedRequest = Replies.OneRequestReply['request'];

/** @param state - `undefined` for all */
export const listRequests = (state: string | undefined, cursor: string | null) =>
  get<Replies.RequestPageReply>('/v1/application-requests', {
    state,
    cursor: cursor ?? undefined,
  });

const of = (id: string, rest = ''): string => `/v1/application-requests/${encodeURIComponent(id)}${rest}`;
export const readRequest = (id: string) => get<Replies.OneRequestReply>(of(id));

/** @param given.tenant - tenant of the application, or `undefined` for the tenant of the requested connection */
export const approveRequest = (
  id: string,
  given: { readonly changedAt: string; readonly tenant: string | undefined; readonly message: string | undefined },
) => post<Replies.ApprovedRequestReply>(of(id, '/approve'), given);

export const answerRequest = (id: string, how: 'ask-back' | 'refuse', message: string) =>
  post<Replies.OneRequestReply>(of(id, `/${how}`), { message });

export const readTerms = get<Replies.TermsReply>('/v1/application-terms');
export const changeTerms = (text: string) => post<Replies.TermsReply>('/v1/application-terms', { text });
