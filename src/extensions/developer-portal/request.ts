import { z } from 'zod';
import { clientScopes } from '../../access/scopes.js';
import { type EpochMs, epochMsGuard } from '../../core/units.js';
import { FaceError } from '../../errors.js';

/* States of developers' requests and the transitions between them, without storage. */
export const requestStates = ['draft', 'submitted', 'asked_back', 'approved', 'refused'] as const;
export type RequestState = (typeof requestStates)[number];

export const maxMessages = 30;

export const maxLengths = { name: 100, purpose: 2000, contact: 200, message: 1000 } as const;

export const maxRedirectUris = 10;

const draftGuard = z.object({
  name: z.string(),
  purpose: z.string(),
  scopes: z.array(z.enum(clientScopes)),
  connection: z.string().nullable(),
  redirectUris: z.array(z.string()),
  perMinute: z.number(),
  perDay: z.number(),
  contact: z.string(),
});

export type ApplicationDraft = z.infer<typeof draftGuard>;

const messageGuard = z.object({
  at: epochMsGuard,
  from: z.enum(['developer', 'administrator']),
  by: z.string(),
  text: z.string(),
});
export type RequestMessage = z.infer<typeof messageGuard>;

export const requestGuard = z.object({
  id: z.string(),
  developer: z.string(),
  by: z.string(),
  application: z.string().nullable(),
  isChange: z.boolean(),
  state: z.enum(requestStates),
  wish: draftGuard,
  termsVersion: z.number().nullable(),
  messages: z.array(messageGuard),
  /** `tenant` is set by the approval. `isFulfilled` is true once the application was registered or changed. */
  tenant: z.string().nullable(),
  isFulfilled: z.boolean(),
  isKeyHandedOver: z.boolean(),
  createdAt: epochMsGuard,
  changedAt: epochMsGuard,
});

export type ApplicationRequest = z.infer<typeof requestGuard>;

type Said = Omit<RequestMessage, 'text'> & { readonly text: string | null };

const refuse = (request: ApplicationRequest): FaceError => new FaceError('request_state', { state: request.state });

function requireState(request: ApplicationRequest, ...states: readonly RequestState[]): void {
  if (!states.includes(request.state)) throw refuse(request);
}

function withMessage(request: ApplicationRequest, { text, ...said }: Said): ApplicationRequest {
  const changed = { ...request, changedAt: said.at };
  if (text === null) return changed;
  if (request.messages.length >= maxMessages) throw new FaceError('limit_reached');
  return { ...changed, messages: [...request.messages, { ...said, text }] };
}

export const isFinished = ({ state }: ApplicationRequest): boolean => state === 'approved' || state === 'refused';

export const draftOf = (
  wish: ApplicationDraft,
  of: Pick<ApplicationRequest, 'id' | 'developer' | 'by' | 'application'>,
  now: EpochMs,
): ApplicationRequest => ({
  ...of,
  wish,
  isChange: of.application !== null,
  state: 'draft',
  termsVersion: null,
  messages: [],
  tenant: null,
  isFulfilled: false,
  isKeyHandedOver: false,
  createdAt: now,
  changedAt: now,
});

export function rewrite(request: ApplicationRequest, wish: ApplicationDraft, now: EpochMs): ApplicationRequest {
  requireState(request, 'draft', 'asked_back');
  return { ...request, wish, changedAt: now };
}

/**
 * Submits a request, or submits it again after requested changes.
 * @throws `request_state`, `terms_outdated`, `limit_reached`
 */
export function submit(
  request: ApplicationRequest,
  terms: { readonly agreed: number; readonly current: number },
  said: Said,
): ApplicationRequest {
  requireState(request, 'draft', 'asked_back');
  if (terms.agreed !== terms.current) throw new FaceError('terms_outdated');
  return { ...withMessage(request, said), state: 'submitted', termsVersion: terms.agreed };
}

export function addMessage(request: ApplicationRequest, said: Said): ApplicationRequest {
  requireState(request, 'submitted', 'asked_back');
  return withMessage(request, said);
}

export function requestChanges(request: ApplicationRequest, said: Said): ApplicationRequest {
  requireState(request, 'submitted');
  return { ...withMessage(request, said), state: 'asked_back' };
}

export function refuseRequest(request: ApplicationRequest, said: Said): ApplicationRequest {
  requireState(request, 'submitted', 'asked_back');
  return { ...withMessage(request, said), state: 'refused' };
}

/**
 * Approves a request. After a crash, the same call returns the approved request.
 * @param asRead.changedAt - time of the version that the administrator has read, so that no later change is approved
 * @throws `request_state`, `limit_reached`
 */
export function approve(
  request: ApplicationRequest,
  { changedAt, tenant }: { readonly changedAt: EpochMs; readonly tenant: string | null },
  said: Said,
): ApplicationRequest {
  if (request.changedAt !== changedAt) throw refuse(request);
  if (request.state === 'approved' && !request.isFulfilled) return request;
  requireState(request, 'submitted');
  // The application gets the request's id, so that a repeated registration changes nothing.
  return { ...withMessage(request, said), state: 'approved', tenant, application: request.application ?? request.id };
}

/** Marks the application as registered or changed. @throws `request_state` if the request is marked already */
export function markFulfilled(request: ApplicationRequest): ApplicationRequest {
  if (request.isFulfilled) throw refuse(request);
  return { ...request, isFulfilled: true };
}

/** Marks the first API key as returned, once. @throws `request_state` */
export function markKeyReturned(request: ApplicationRequest): ApplicationRequest {
  if (request.state !== 'approved' || !request.isFulfilled || request.isChange || request.isKeyHandedOver)
    throw refuse(request);
  return { ...request, isKeyHandedOver: true };
}
