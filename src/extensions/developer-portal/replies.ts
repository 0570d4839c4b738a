import { z } from 'zod';
import { clientScopes } from '../../access/scopes.js';
import { instantReply } from '../../core/instant.js';
import { type ApplicationRequest, requestStates } from './request.js';

const requestReply = z.object({
  id: z.string(),
  state: z.enum(requestStates),
  developer: z.string().describe('Id of the developer; the same after a change of their login.'),
  by: z.string().describe('Name that the developer signed in with.'),
  application: z.string().nullable().describe('Application to change, or the application that was registered.'),
  isChange: z.boolean(),
  name: z.string(),
  purpose: z.string().describe('Plain text.'),
  scopes: z.array(z.enum(clientScopes)),
  connection: z.string().nullable(),
  redirectUris: z.array(z.string()),
  perMinute: z.int(),
  perDay: z.int(),
  contact: z.string(),
  termsVersion: z.int().nullable().describe('Version that the developer agreed to.'),
  messages: z.array(
    z.object({
      time: instantReply,
      from: z.enum(['developer', 'administrator']),
      by: z.string(),
      text: z.string().describe('Plain text.'),
    }),
  ),
  isFulfilled: z
    .boolean()
    .describe('True if the approved request is completely applied. If false, approve it again to complete it.'),
  keyHandedOver: z.boolean(),
  createdAt: instantReply,
  changedAt: instantReply,
});

export const oneRequestReply = z.object({ request: requestReply });
export type OneRequestReply = z.output<typeof oneRequestReply>;

export const toRequestReply = ({ wish, messages, ...request }: ApplicationRequest) => ({
  ...wish,
  ...request,
  messages: messages.map(({ at, ...message }) => ({ ...message, time: at })),
  keyHandedOver: request.isKeyHandedOver,
});

export const requestsReply = z.object({ requests: z.array(requestReply) });
export type RequestsReply = z.output<typeof requestsReply>;

export const requestPageReply = z.object({ requests: z.array(requestReply), cursor: z.string().nullable() });
export type RequestPageReply = z.output<typeof requestPageReply>;

export const approvedRequestReply = z.object({ request: requestReply, openIdClient: z.string().nullable() });
export type ApprovedRequestReply = z.output<typeof approvedRequestReply>;

export const termsReply = z.object({
  version: z.int().describe('0 if there are no terms yet.'),
  text: z.string(),
  at: instantReply.nullable(),
  by: z.string(),
});
export type TermsReply = z.output<typeof termsReply>;

export const developerReply = z.object({
  id: z.string().describe('Id to give to an administrator who adds the developer to an application.'),
  name: z.string(),
  sandbox: z
    .object({ connection: z.string(), perMinute: z.int(), perDay: z.int() })
    .nullable()
    .describe('Connection and quotas for test calls; `null` if there is no sandbox.'),
  terms: z.object({ version: z.int(), text: z.string() }),
  most: z.object({ perMinute: z.int(), perDay: z.int() }),
  scopes: z.array(z.enum(clientScopes)),
  connections: z.array(z.string()),
});
export type DeveloperReply = z.output<typeof developerReply>;
