import { loadTexts as loadApplications } from '../../../../../locales/compiled/console/applications/load.js';
import { loadTexts } from '../../../../../locales/compiled/console/mine/load.js';
import { loadTexts as loadRequests } from '../../../../../locales/compiled/console/requests/load.js';
import { get, patch, post } from '../../../../../web/console/frame/call.js';
import { defineTexts } from '../../../../../web/console/frame/words.js';
import type { Terms } from '../../../../../web/console/screens/applications/requests.js';
import type * as ApplicationsReplies from '../../../../access/application-replies.js';
import type * as Replies from '../../replies.js';

export const { defineScreen, useTexts } = defineTexts(async (language) => {
  const { keys, usage } = await loadApplications(language);
  const { facts, states, thread } = await loadRequests(language);
  return { ...(await loadTexts(language)), facts, states, thread, keys, usage };
});

export interface ApplicationDraft extends Terms {
  readonly purpose: string;
  /** `null` if the application stores tokens itself. */
  readonly connection: string | null;
  readonly redirectUris: readonly string[];
}

export type DeveloperFacts = Replies.DeveloperReply;
export const readDeveloper = get<Replies.DeveloperReply>('/v1/developer');

export const takeSandboxToken = post<ApplicationsReplies.ClientTokenReply>('/v1/developer/sandbox-token');

export const listOwnRequests = get<Replies.RequestsReply>('/v1/developer/requests');
/** @param application - application to change, or `undefined` for a new one */
export const beginRequest = (wish: ApplicationDraft, application: string | undefined) =>
  post<Replies.OneRequestReply>('/v1/developer/requests', { ...wish, application });
const ofRequest = (id: string, rest = ''): string => `/v1/developer/requests/${encodeURIComponent(id)}${rest}`;
export const readOwnRequest = (id: string) => get<Replies.OneRequestReply>(ofRequest(id));
export const rewriteRequest = (id: string, wish: ApplicationDraft) =>
  patch<Replies.OneRequestReply>(ofRequest(id), { ...wish });
/** @param message - message to the administrators */
export const submitRequest = (id: string, termsVersion: number, message: string | undefined) =>
  post<Replies.OneRequestReply>(ofRequest(id, '/submit'), { termsVersion, message });
export const sendMessage = (id: string, text: string) =>
  post<Replies.OneRequestReply>(ofRequest(id, '/message'), { text });
export const withdrawRequest = (id: string) => post(ofRequest(id, '/withdraw'));
export const takeFirstKey = (id: string) => post<ApplicationsReplies.ClientTokenReply>(ofRequest(id, '/key'));

export const listOwnApplications = get<ApplicationsReplies.ApplicationsReply>('/v1/developer/applications');
/** Returns the path of an own application. */
export const of = (id: string, rest = ''): string => `/v1/developer/applications/${encodeURIComponent(id)}${rest}`;
export const readOwnApplication = (id: string) => get<ApplicationsReplies.ApplicationReply>(of(id));

/** @param requestId - id of one request, or `undefined` for the latest refusals */
export const readOwnRefusals = (id: string, requestId: string | undefined) =>
  get<ApplicationsReplies.RecentRefusalsReply>(of(id, '/refusals'), { requestId });
