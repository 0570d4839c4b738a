import { z } from 'zod/mini';
import { get, post } from '../../frame/call.js';

/** What may have become of a request. */
export const requestStates = ['draft', 'submitted', 'asked_back', 'approved', 'refused'] as const;
export type RequestState = (typeof requestStates)[number];

const requestGuard = z.object({
  id: z.string(),
  state: z.enum(requestStates),
  by: z.string(),
  application: z.nullable(z.string()),
  isChange: z.boolean(),
  name: z.string(),
  purpose: z.string(),
  scopes: z.array(z.string()),
  connection: z.nullable(z.string()),
  redirectUris: z.array(z.string()),
  perMinute: z.number(),
  perDay: z.number(),
  contact: z.string(),
  termsVersion: z.nullable(z.number()),
  messages: z.array(z.object({ time: z.string(), by: z.string(), text: z.string() })),
  isFulfilled: z.boolean(),
  keyHandedOver: z.boolean(),
  changedAt: z.string(),
});
export type AskedRequest = z.infer<typeof requestGuard>;
export const oneReply = z.object({ request: requestGuard });
export const manyReply = z.object({ requests: z.array(requestGuard) });

/** @param state - those in that state alone; `undefined`: every one */
export const listRequests = (state: string | undefined, cursor: string | null) =>
  post('/v1/application-requests/list', z.extend(manyReply, { cursor: z.nullable(z.string()) }), {
    ...{ state, cursor: cursor ?? undefined },
  });

const of = (id: string, rest = ''): string => `/v1/application-requests/${encodeURIComponent(id)}${rest}`;
export const readRequest = (id: string) => get(of(id), oneReply);

/** @param given.tenant - whose enrolments it works with; `undefined`: those of the connection it asks for */
export const approveRequest = (
  id: string,
  given: { readonly changedAt: string; readonly tenant: string | undefined; readonly message: string | undefined },
) => post(of(id, '/approve'), z.object({ openIdClient: z.nullable(z.string()) }), given);

export const answerRequest = (id: string, how: 'ask-back' | 'refuse', message: string) =>
  post(of(id, `/${how}`), oneReply, { message });

const termsReply = z.object({
  /** 0: there are none yet. */
  version: z.number(),
  text: z.string(),
  at: z.nullable(z.string()),
  by: z.string(),
});
export const readTerms = get('/v1/application-terms', termsReply);
export const changeTerms = (text: string) => post('/v1/application-terms', termsReply, { text });
