import { z } from 'zod';
import { toIso } from '../../core/units.js';
import type { Application } from '../applications.js';
import { instantReply } from '../fields.js';
import { clientScopes } from '../scopes.js';
import { type ApplicationRequest, requestStates } from './request.js';

/** A request as developers and administrators read it. */
export const requestReply = z.strictObject({
  id: z.string(),
  state: z.enum(requestStates),
  developer: z.string().describe('Names who asks, also when their login changes.'),
  by: z.string().describe('The name they signed in by.'),
  application: z.string().nullable().describe('The one to be changed, or that was registered.'),
  isChange: z.boolean(),
  name: z.string(),
  purpose: z.string().describe('Plain text.'),
  scopes: z.array(z.enum(clientScopes)),
  connection: z.string().nullable(),
  redirectUris: z.array(z.string()),
  perMinute: z.int(),
  perDay: z.int(),
  contact: z.string(),
  termsVersion: z.int().nullable().describe('The version that was agreed to.'),
  messages: z.array(
    z.strictObject({
      time: instantReply,
      from: z.enum(['developer', 'administrator']),
      by: z.string(),
      text: z.string().describe('Plain text.'),
    }),
  ),
  isFulfilled: z
    .boolean()
    .describe('Whether what was approved is in force. Where it is not, approving it again does the rest.'),
  keyHandedOver: z.boolean(),
  createdAt: instantReply,
  changedAt: instantReply,
});

export function toRequestReply(request: ApplicationRequest) {
  const { id, state, developer, by, application, isChange, wish, termsVersion, messages, isFulfilled } = request;
  return {
    ...{ id, state, developer, by, application, isChange, termsVersion, isFulfilled },
    ...{ ...wish, scopes: [...wish.scopes], redirectUris: [...wish.redirectUris] },
    messages: messages.map(({ at, from, by: who, text }) => ({ time: toIso(at), from, by: who, text })),
    keyHandedOver: request.isKeyHandedOver,
    createdAt: toIso(request.createdAt),
    changedAt: toIso(request.changedAt),
  };
}

/** An application as administrators and its owners read it. */
export const applicationReply = z.strictObject({
  id: z.string(),
  name: z.string(),
  tenant: z.string(),
  scopes: z.array(z.enum(clientScopes)),
  perMinute: z.int(),
  perDay: z.int(),
  contact: z.string(),
  owners: z.array(z.string()),
  createdAt: instantReply,
  changedAt: instantReply,
});

export function toApplicationReply(application: Application) {
  const { id, name, tenant, scopes, perMinute, perDay, contact, owners, createdAt, changedAt } = application;
  const times = { createdAt: toIso(createdAt), changedAt: toIso(changedAt) };
  return { id, name, tenant, scopes: [...scopes], perMinute, perDay, contact, owners: [...owners], ...times };
}
