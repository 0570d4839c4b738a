import { z } from 'zod/mini';
import { done, get, post } from '../../frame/call.js';

export const applicationGuard = z.object({
  id: z.string(),
  name: z.string(),
  tenant: z.string(),
  scopes: z.array(z.string()),
  perMinute: z.number(),
  perDay: z.number(),
  contact: z.string(),
  createdAt: z.string(),
});
export type Application = z.infer<typeof applicationGuard>;

/** What an administrator says of an application. */
export interface Terms {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly perMinute: number;
  readonly perDay: number;
  readonly contact: string;
}

export const listApplications = get('/v1/applications', z.object({ applications: z.array(applicationGuard) }));

const of = (id: string, rest = ''): string => `/v1/applications/${encodeURIComponent(id)}${rest}`;

export const readApplication = (id: string) => get(of(id), applicationGuard);
export const registerApplication = (terms: Terms & { readonly tenant: string }) =>
  post('/v1/applications', applicationGuard, { ...terms });

const toText = (term: unknown): string => String([term].flat().toSorted());

/** What stands as it was shown is not sent: another administrator may have changed it since. */
export function changeApplication(id: string, shown: Terms, terms: Terms) {
  const known = new Map<string, unknown>(Object.entries(shown));
  const changed = Object.entries(terms).filter(([name, term]) => toText(term) !== toText(known.get(name)));
  return post(of(id, '/change'), applicationGuard, Object.fromEntries(changed));
}
export const removeApplication = (id: string) => post(of(id, '/remove'), done);

const keyGuard = z.object({
  id: z.string(),
  scopes: z.array(z.string()),
  expiresAt: z.string(),
  /** The last day, in UTC; `null`: never. */
  lastUsed: z.nullable(z.string()),
});

export type Key = z.infer<typeof keyGuard>;
export const keysReply = z.object({ keys: z.array(keyGuard) });
export const issuedReply = z.object({ token: z.string() });

export const listKeys = (id: string) => get(of(id, '/keys'), keysReply);
/** @param expiresIn - seconds */
export const issueKey = (id: string, expiresIn: number) => post(of(id, '/keys'), issuedReply, { expiresIn });
export const revokeKey = (id: string, key: string) => post(of(id, '/keys/revoke'), done, { key });

/** Of which usage is shown, with today's. */
export const usageDays = 30;

const usageGuard = z.object({
  day: z.string(),
  endpoint: z.string(),
  requests: z.number(),
  /** How many were refused, by code. */
  refusals: z.record(z.string(), z.number()),
});
export type Usage = z.infer<typeof usageGuard>;

export const usageReply = z.object({ usage: z.array(usageGuard) });
export const readUsage = (id: string) => post(of(id, '/usage'), usageReply, { days: usageDays });
