import { z } from 'zod/mini';
import { done, get, post } from '../../frame/call.js';

/** A person at a connection, by their id there or the name they sign in by. */
export type Who = { readonly connection: string } & ({ readonly subject: string } | { readonly login: string });

/** Taken from one endpoint at once. */
const pageSize = 100;

export const listConnections = get('/v1/connections', z.object({ connections: z.array(z.object({ id: z.string() })) }));

const begunGuard = z.object({
  id: z.string(),
  /** `null`: it was sent. */
  url: z.nullable(z.string()),
  number: z.string(),
  expiresAt: z.string(),
});
export type BegunVouching = z.infer<typeof begunGuard>;

export const beginVouching = (fields: Who & { readonly send: string; readonly language: string }) =>
  post('/v1/help-desk/vouchings', begunGuard, fields);

const vouchingGuard = z.object({
  state: z.enum(['waiting', 'opened', 'checking', 'passed', 'refused', 'failed', 'expired']),
  person: z.nullable(
    z.object({
      connection: z.string(),
      subject: z.string(),
      login: z.string(),
      email: z.nullable(z.string()),
      phone: z.nullable(z.string()),
    }),
  ),
  until: z.nullable(z.string()),
});
export type VouchingView = z.infer<typeof vouchingGuard>;

export const readVouching = (id: string) => post(`/v1/help-desk/vouchings/${id}`, vouchingGuard);

const madeGuard = z.object({
  id: z.string(),
  code: z.string(),
  state: z.enum(['ready', 'waiting']),
  expiresAt: z.string(),
});
export type MadeCode = z.infer<typeof madeGuard>;

/** @param fields.minutes - `undefined`: as long as the policy allows */
export const makeBypassCode = (
  fields: Who & { readonly minutes: number | undefined; readonly application: string | undefined },
) => post('/v1/help-desk/bypass-codes', madeGuard, fields);

const bypassGuard = z.object({
  id: z.string(),
  connection: z.string(),
  subject: z.string(),
  application: z.nullable(z.string()),
  by: z.string(),
  state: z.enum(['ready', 'waiting']),
  expiresAt: z.string(),
});

export const listBypassCodes = (cursor: string | null) =>
  post('/v1/help-desk/bypass-codes/list', z.object({ codes: z.array(bypassGuard), cursor: z.nullable(z.string()) }), {
    ...{ limit: pageSize, cursor: cursor ?? undefined },
  });

export const approveBypassCode = (id: string) =>
  post(`/v1/help-desk/bypass-codes/${id}/approve`, z.object({ expiresAt: z.string() }));

const requestGuard = z.object({
  id: z.string(),
  connection: z.string(),
  subject: z.string(),
  reason: z.enum(['no_camera', 'not_recognised', 'cannot_move', 'not_wanted', 'other']),
  note: z.string(),
  takenBy: z.nullable(z.string()),
  at: z.string(),
});
export type HelpRequest = z.infer<typeof requestGuard>;

export const listHelpRequests = (cursor: string | null) =>
  post('/v1/help-desk/requests/list', z.object({ requests: z.array(requestGuard), cursor: z.nullable(z.string()) }), {
    ...{ limit: pageSize, cursor: cursor ?? undefined },
  });

export const takeHelpRequest = (id: string) =>
  post(`/v1/help-desk/requests/${id}/take`, z.object({ request: requestGuard }));

export const settlements = ['vouching', 'bypass', 'invitation', 'none'] as const;
export const settleHelpRequest = (id: string, settlement: string) =>
  post(`/v1/help-desk/requests/${id}/settle`, done, { settlement });
