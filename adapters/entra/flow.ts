import type { HookCore, RawReply } from '../../src/connections/hook.js';
import type { HookDecision, HookEvent } from '../../src/connections/hook-decision.js';
import { subjectOfIdentifier } from '../../src/core/connection.js';
import { FaceError } from '../../src/errors.js';
import type { VerifiedCaller } from './caller.js';
import { notVerified, toAttributeCollectionStartReply, toReceiptTakenReply, toTokenIssuanceReply } from './reply.js';
import {
  parseAttributeCollectionStart,
  parseAttributeCollectionSubmit,
  parseTokenIssuanceStart,
  type SignUpEvent,
} from './schema.js';

export interface VerifiedCall {
  readonly caller: VerifiedCaller;
  readonly body: Uint8Array;
}

export interface FlowDeps {
  readonly homeTenantId: string;
  readonly core: HookCore;
}

/** Time limit of the decision, in milliseconds. Entra waits at most 2 s, and verifying the caller may take 0.7 s. */
export const DECISION_TIMEOUT_MS = 1_000;

/**
 * Seconds in which the same call gets the same answer. They cover Entra's single retry and all tokens of one sign-in.
 */
const REPEATABLE_FOR_SEC = 60;

/** @throws FaceError `request_malformed`, also if the event's tenant is not the caller's */
export async function handleTokenIssuanceStart({ caller, body }: VerifiedCall, deps: FlowDeps): Promise<RawReply> {
  const event = ofTenant(caller, parseTokenIssuanceStart(body));
  if (event.user === null) return notVerified;
  const subject = event.tenantId === deps.homeTenantId ? event.user : `${event.tenantId}/${event.user}`;
  return toTokenIssuanceReply(
    await decide('token-issuance-start', { ...event, subject, isAfterFirstFactor: true }, deps),
  );
}

/**
 * Answers attributeCollectionStart. Shows the sign-up form if a step-up was passed for the e-mail address, and always
 * in shadow mode.
 */
export async function handleAttributeCollectionStart(
  { caller, body }: VerifiedCall,
  deps: FlowDeps,
): Promise<RawReply> {
  const event = ofTenant(caller, parseAttributeCollectionStart(body));
  const subject = subjectOfIdentifier(toEmail(event));
  const asked = { ...event, subject, isAfterFirstFactor: false };
  return toAttributeCollectionStartReply(await decide('attribute-collection-start', asked, deps));
}

/** Answers attributeCollectionSubmit: consumes the receipt of the sign-up and removes it from the form. */
export async function handleAttributeCollectionSubmit(
  { caller, body }: VerifiedCall,
  deps: FlowDeps,
  { receiptAttribute }: { readonly receiptAttribute: string },
): Promise<RawReply> {
  const event = ofTenant(caller, parseAttributeCollectionSubmit(body));
  const receipt = event.readText(receiptAttribute);
  if (receipt === null) throw new FaceError('face_not_verified', { reason: 'no receipt' });
  const by = event.correlationId;
  await deps.core.redeem(receipt, { subject: toEmail(event), by, budgetMs: DECISION_TIMEOUT_MS });
  return toReceiptTakenReply(receiptAttribute);
}

type EntraEvent = Pick<HookEvent, 'subject' | 'application' | 'address' | 'isAfterFirstFactor'> & {
  readonly correlationId: string;
};

const decide = (
  hook: string,
  { subject, application, address, isAfterFirstFactor, correlationId }: EntraEvent,
  { core }: FlowDeps,
): Promise<HookDecision> =>
  core.decide({
    hook,
    subject,
    application,
    address,
    isAfterFirstFactor,
    // The user can choose the correlation id, so the event id also has application and address. Otherwise, one face
    // check could answer two sign-ins.
    eventId: JSON.stringify([correlationId, application, address]),
    eventTime: null,
    repeatableForSec: REPEATABLE_FOR_SEC,
    budgetMs: DECISION_TIMEOUT_MS,
  });

function toEmail({ email }: SignUpEvent): string {
  if (email === null) throw new FaceError('face_not_verified', { reason: 'sign-up without an e-mail address' });
  return email;
}

function ofTenant<Event extends { readonly tenantId: string }>({ tenantId }: VerifiedCaller, event: Event): Event {
  if (event.tenantId === tenantId) return event;
  throw new FaceError('request_malformed', { reason: 'the tenant is not the caller’s' });
}
