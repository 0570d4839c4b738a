import { z } from 'zod';
import { instantReply } from '../core/instant.js';
import { faceErrorCodes } from '../errors.js';
import { clientScopes } from './scopes.js';

export const applicationReply = z.object({
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
export type ApplicationReply = z.output<typeof applicationReply>;

export const applicationsReply = z.object({ applications: z.array(applicationReply) });
export type ApplicationsReply = z.output<typeof applicationsReply>;

export const applicationKeysReply = z.object({
  keys: z.array(
    z.object({
      id: z.string(),
      scopes: z.array(z.enum(clientScopes)),
      issuedAt: instantReply,
      expiresAt: instantReply,
      lastUsed: z.iso.date().nullable().describe('Last day on which it was used, in UTC.'),
    }),
  ),
});
export type ApplicationKeysReply = z.output<typeof applicationKeysReply>;

export const clientTokenReply = z.object({
  token: z.string().describe('Shown only once. Keep it on your server.'),
  id: z.string().describe('Id to revoke the token with.'),
  expiresAt: instantReply,
});
export type ClientTokenReply = z.output<typeof clientTokenReply>;

const counts = {
  requests: z.int().describe('Number of requests, including refused ones.'),
  refusals: z.record(z.string(), z.int()).describe('Number of refused requests, by code.'),
};

export const usageReply = z.object({
  usage: z.array(z.object({ day: z.iso.date(), endpoint: z.string(), ...counts })),
});
export type UsageReply = z.output<typeof usageReply>;

export const usageOfAllReply = z.object({
  usage: z.array(z.object({ application: z.string().nullable(), name: z.string().nullable(), ...counts })),
});

export const recentRefusalsReply = z.object({
  refusals: z.array(
    z.object({
      requestId: z.string(),
      time: instantReply,
      endpoint: z.string(),
      code: z.enum(faceErrorCodes),
      field: z.string().nullable().describe('Field of the request that caused the error.'),
      cause: z.string().describe('Description of the code.'),
    }),
  ),
});
export type RecentRefusalsReply = z.output<typeof recentRefusalsReply>;
