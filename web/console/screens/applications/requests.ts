import { loadTexts } from '../../../../locales/compiled/console/applications/load.js';
import type * as ApplicationsReplies from '../../../../src/access/application-replies.js';
import type { ClientOptions } from '../../../../src/access/scopes.js';
import { get, patch, post, remove } from '../../frame/call.js';
import { defineTexts } from '../../frame/words.js';

export const { defineScreen, useTexts } = defineTexts(loadTexts);

export type Application = ApplicationsReplies.ApplicationReply;

export interface Terms extends Pick<ApplicationsReplies.ApplicationReply, 'name' | 'perMinute' | 'perDay' | 'contact'> {
  readonly scopes: readonly string[];
}

export const listApplications = get<ApplicationsReplies.ApplicationsReply>('/v1/applications');

/** Returns the path of an application. */
export const of = (id: string): string => `/v1/applications/${encodeURIComponent(id)}`;

export const readApplication = (id: string) => get<ApplicationsReplies.ApplicationReply>(of(id));
export const registerApplication = (terms: Terms & { readonly tenant: string }) =>
  post<ApplicationsReplies.ApplicationReply>('/v1/applications', { ...terms });

const toText = (term: unknown): string => String([term].flat().toSorted());

/**
 * Sends only the fields that this administrator changed, because another administrator may have changed other fields.
 */
export function changeApplication(id: string, shown: Terms, terms: Terms) {
  const known = new Map<string, unknown>(Object.entries(shown));
  const changed = Object.entries(terms).filter(([name, term]) => toText(term) !== toText(known.get(name)));
  return patch<ApplicationsReplies.ApplicationReply>(of(id), Object.fromEntries(changed));
}
export const removeApplication = (id: string) => remove(of(id));

export type Key = ApplicationsReplies.ApplicationKeysReply['keys'][number];

/** @param path - path of the application */
export const listKeys = (path: string) => get<ApplicationsReplies.ApplicationKeysReply>(`${path}/keys`);
/** @param terms - for administrators: lifetime in seconds, and options */
export const issueKey = (path: string, terms?: ClientOptions & { readonly expiresIn: number }) =>
  post<ApplicationsReplies.ClientTokenReply>(`${path}/keys`, { ...terms });
export const revokeKey = (path: string, key: string) => post(`${path}/keys/revoke`, { key });

export const usageDays = 30;

export type Usage = ApplicationsReplies.UsageReply['usage'][number];
/** @param path - path of the application */
export const readUsage = (path: string) => get<ApplicationsReplies.UsageReply>(`${path}/usage`, { days: usageDays });
