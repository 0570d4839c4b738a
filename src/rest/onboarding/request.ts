import { z } from 'zod';
import { type EpochMs, epochMsGuard } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { clientScopes } from '../scopes.js';

/* What a developer asks for, and what may become of it. Nothing here is stored or sent. */

export const requestStates = ['draft', 'submitted', 'asked_back', 'approved', 'refused'] as const;
export type RequestState = (typeof requestStates)[number];

/** Messages of one request; who has said so much writes another one. */
export const maxMessages = 30;

/** The longest of each text, in characters. */
export const longest = { name: 100, purpose: 2000, contact: 200, message: 1000 } as const;

/** Addresses that an OpenID client may send the browser back to. */
export const maxRedirectUris = 10;

const wishGuard = z.object({
  name: z.string(),
  /** What it is for, in the developer's words. */
  purpose: z.string(),
  scopes: z.array(z.enum(clientScopes)),
  /** Which connection it works with; `null`: it keeps its tokens itself. */
  connection: z.string().nullable(),
  /** Of an OpenID client of that connection; none: it asks for no client. */
  redirectUris: z.array(z.string()),
  perMinute: z.number(),
  perDay: z.number(),
  contact: z.string(),
});

/** What is asked for. */
export type Wish = z.infer<typeof wishGuard>;

const messageGuard = z.object({
  at: epochMsGuard,
  from: z.enum(['developer', 'administrator']),
  by: z.string(),
  /** Plain text. */
  text: z.string(),
});
export type RequestMessage = z.infer<typeof messageGuard>;

export const requestGuard = z.object({
  id: z.string(),
  /** Whose it is: the id that `developerIdOf` makes. */
  developer: z.string(),
  /** The name they signed in by; for people. */
  by: z.string(),
  /** The application that is to be changed, or that was registered; `null`: none yet. */
  application: z.string().nullable(),
  isChange: z.boolean(),
  state: z.enum(requestStates),
  wish: wishGuard,
  /** The version of the terms that was agreed to; `null`: none yet. */
  termsVersion: z.number().nullable(),
  messages: z.array(messageGuard),
  /** Of an approved one: whose enrolments it was given, and whether what was asked for is in force. */
  tenant: z.string().nullable(),
  isFulfilled: z.boolean(),
  isKeyHandedOver: z.boolean(),
  createdAt: epochMsGuard,
  changedAt: epochMsGuard,
});

/** One request, as it is stored. */
export type ApplicationRequest = z.infer<typeof requestGuard>;

/** What somebody says, and when. */
type Said = Omit<RequestMessage, 'text'> & { readonly text: string | null };

const refuse = (request: ApplicationRequest): FaceError => new FaceError('request_state', { state: request.state });

function inState(request: ApplicationRequest, ...states: readonly RequestState[]): void {
  if (!states.includes(request.state)) throw refuse(request);
}

/** @throws FaceError `limit_reached`: it has as many messages as one may have */
function withMessage(request: ApplicationRequest, { text, ...said }: Said): ApplicationRequest {
  const changed = { ...request, changedAt: said.at };
  if (text === null) return changed;
  if (request.messages.length >= maxMessages) throw new FaceError('limit_reached');
  return { ...changed, messages: [...request.messages, { ...said, text }] };
}

/** Whether nothing more becomes of it. */
export const isFinished = ({ state }: ApplicationRequest): boolean => state === 'approved' || state === 'refused';

/** A new one, as its developer begins it. */
export const draftOf = (
  wish: Wish,
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

/** Other words, while they are the developer's to choose. @throws FaceError `request_state` */
export function rewrite(request: ApplicationRequest, wish: Wish, now: EpochMs): ApplicationRequest {
  inState(request, 'draft', 'asked_back');
  return { ...request, wish, changedAt: now };
}

/**
 * Hands it in, at first or after it was asked back.
 * @param terms.agreed - the version the developer read
 * @throws FaceError `request_state`, `terms_outdated`, `limit_reached`
 */
export function submit(
  request: ApplicationRequest,
  terms: { readonly agreed: number; readonly current: number },
  said: Said,
): ApplicationRequest {
  inState(request, 'draft', 'asked_back');
  if (terms.agreed !== terms.current) throw new FaceError('terms_outdated');
  return { ...withMessage(request, said), state: 'submitted', termsVersion: terms.agreed };
}

/** Something to add, while it is talked over. @throws FaceError `request_state`, `limit_reached` */
export function addMessage(request: ApplicationRequest, said: Said): ApplicationRequest {
  inState(request, 'submitted', 'asked_back');
  return withMessage(request, said);
}

/** An administrator wants to know more. @throws FaceError `request_state`, `limit_reached` */
export function askBack(request: ApplicationRequest, said: Said): ApplicationRequest {
  inState(request, 'submitted');
  return { ...withMessage(request, said), state: 'asked_back' };
}

/** @throws FaceError `request_state`, `limit_reached` */
export function refuseRequest(request: ApplicationRequest, said: Said): ApplicationRequest {
  inState(request, 'submitted', 'asked_back');
  return { ...withMessage(request, said), state: 'refused' };
}

/**
 * Approved. Once more where what was asked for did not come into force, as the server went down in between.
 * @param asRead.changedAt - of the request that the administrator read: what was written anew since is not approved unseen
 * @param asRead.tenant - whose enrolments a new application makes and checks
 * @throws FaceError `request_state`, `limit_reached`
 */
export function approve(
  request: ApplicationRequest,
  { changedAt, tenant }: { readonly changedAt: EpochMs; readonly tenant: string | null },
  said: Said,
): ApplicationRequest {
  if (request.changedAt !== changedAt) throw refuse(request);
  if (request.state === 'approved' && !request.isFulfilled) return request;
  inState(request, 'submitted');
  // A new application has the id of its request, so that it is registered once however often that is tried.
  return { ...withMessage(request, said), state: 'approved', tenant, application: request.application ?? request.id };
}

/** What was asked for is in force. @throws FaceError `request_state`: somebody else has said so already */
export function fulfil(request: ApplicationRequest): ApplicationRequest {
  if (request.isFulfilled) throw refuse(request);
  return { ...request, isFulfilled: true };
}

/** The first key goes to whoever asked for the application: once. @throws FaceError `request_state` */
export function handOverKey(request: ApplicationRequest): ApplicationRequest {
  if (request.state !== 'approved' || !request.isFulfilled || request.isChange || request.isKeyHandedOver)
    throw refuse(request);
  return { ...request, isKeyHandedOver: true };
}
