import { subjectOfIdentifier } from '../../src/core/connection.js';
import type { HookDecision, HookEvent } from '../../src/core/decide.js';
import { FaceError } from '../../src/errors.js';
import type { RawReply } from '../hook.js';
import type { HookCore } from '../hook-core.js';
import type { VerifiedCaller } from './caller.js';
import { notVerified, toAttributeCollectionStartReply, toReceiptTakenReply, toTokenIssuanceReply } from './reply.js';
import {
  parseAttributeCollectionStart,
  parseAttributeCollectionSubmit,
  parseTokenIssuanceStart,
  type SignUpEvent,
} from './schema.js';

/** A call of Entra's: who it is was verified, the body is not parsed. */
export interface VerifiedCall {
  readonly caller: VerifiedCaller;
  readonly body: Uint8Array;
}

/** What the hooks of one connection work with. */
export interface FlowDeps {
  /** The tenant whose users are named by their object id alone. */
  readonly homeTenantId: string;
  readonly core: HookCore;
}

/** Entra waits 2 s at most; telling who calls may take 0.7 s of it. */
export const DECISION_TIMEOUT_MS = 1_000;

/** Longer than Entra's one more try, and than the tokens of one sign-in are apart: they share a correlation id. */
const REPEATABLE_FOR_SEC = 60;

/**
 * Answers a tokenIssuanceStart call with the claims about the face, from one local read. The event tells no time.
 * @throws FaceError `request_malformed` (also where the tenant is not the caller's)
 */
export async function handleTokenIssuanceStart({ caller, body }: VerifiedCall, deps: FlowDeps): Promise<RawReply> {
  const event = parseTokenIssuanceStart(body);
  checkTenant(event, caller);
  // An application that gets a token for itself has no face.
  if (event.user === null) return notVerified;
  const subject = event.tenantId === deps.homeTenantId ? event.user : `${event.tenantId}/${event.user}`;
  return toTokenIssuanceReply(
    await decide('token-issuance-start', { ...event, subject, isAfterFirstFactor: true }, deps),
  );
}

/**
 * Answers an attributeCollectionStart call: the form of the sign-up is shown to who has passed a step-up, noted under the
 * e-mail address, before. A profile holds no claim that somebody could look for later, so without one the answer is always
 * no, except in shadow mode.
 * @throws FaceError `request_malformed`, `face_not_verified`
 */
export async function handleAttributeCollectionStart(
  { caller, body }: VerifiedCall,
  deps: FlowDeps,
): Promise<RawReply> {
  const event = parseAttributeCollectionStart(body);
  checkTenant(event, caller);
  const subject = subjectOfIdentifier(toEmail(event));
  // A user who signs up has no first factor yet.
  const asked = { ...event, subject, isAfterFirstFactor: false };
  return toAttributeCollectionStartReply(await decide('attribute-collection-start', asked, deps));
}

/**
 * Answers an attributeCollectionSubmit call: a receipt for the address that signs up is taken from the form and wiped off
 * it. A profile holds no claim that somebody could look for later, so without a receipt the answer is always no.
 * @throws FaceError `request_malformed`, `face_not_verified`, `receipt_invalid`, `state_unavailable`
 */
export async function handleAttributeCollectionSubmit(
  { caller, body }: VerifiedCall,
  deps: FlowDeps,
  { receiptAttribute }: { readonly receiptAttribute: string },
): Promise<RawReply> {
  const event = parseAttributeCollectionSubmit(body);
  checkTenant(event, caller);
  const receipt = event.readText(receiptAttribute);
  if (receipt === null) throw new FaceError('face_not_verified', { reason: 'no receipt' });
  const by = event.correlationId;
  await deps.core.redeem(receipt, { subject: toEmail(event), by, budgetMs: DECISION_TIMEOUT_MS });
  return toReceiptTakenReply(receiptAttribute);
}

const decide = (
  hook: string,
  event: Pick<HookEvent, 'subject' | 'application' | 'address' | 'isAfterFirstFactor'> & {
    readonly correlationId: string;
  },
  { core }: FlowDeps,
): Promise<HookDecision> =>
  core.decide({
    hook,
    subject: event.subject,
    application: event.application,
    address: event.address,
    isAfterFirstFactor: event.isAfterFirstFactor,
    // The user can choose the correlation id: with it alone, one check would answer two sign-ins.
    eventId: JSON.stringify([event.correlationId, event.application, event.address]),
    eventTime: null,
    repeatableForSec: REPEATABLE_FOR_SEC,
    budgetMs: DECISION_TIMEOUT_MS,
  });

/** Who signs up has no user id yet: the address they proved to hold names them. */
function toEmail({ email }: SignUpEvent): string {
  if (email === null) throw new FaceError('face_not_verified', { reason: 'sign-up without an e-mail address' });
  return email;
}

/** A tenant speaks for itself alone. */
function checkTenant(event: { readonly tenantId: string }, caller: VerifiedCaller): void {
  if (event.tenantId !== caller.tenantId) {
    throw new FaceError('request_malformed', { reason: 'the tenant is not the caller’s' });
  }
}
