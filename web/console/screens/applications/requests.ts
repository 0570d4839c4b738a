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

const of = (id: string, rest = ''): string => `/v1/applications/${encodeURIComponent(id)}${rest}`;

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
export const listKeys = (id: string) => get<ApplicationsReplies.ApplicationKeysReply>(of(id, '/keys'));
/** @param expiresIn - in seconds */
export const issueKey = (id: string, expiresIn: number, options: ClientOptions) =>
  post<ApplicationsReplies.ClientTokenReply>(of(id, '/keys'), { expiresIn, ...options });
export const revokeKey = (id: string, key: string) => post(of(id, '/keys/revoke'), { key });

export const usageDays = 30;

export type Usage = ApplicationsReplies.UsageReply['usage'][number];
export const readUsage = (id: string) => get<ApplicationsReplies.UsageReply>(of(id, '/usage'), { days: usageDays });
