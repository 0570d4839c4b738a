import type { HookCore, RawReply } from '../../src/connections/hook.js';
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

/** @throws FaceError `request_malformed`, also if the event's tenant is not the caller's */
export async function handleTokenIssuanceStart({ caller, body }: VerifiedCall, deps: FlowDeps): Promise<RawReply> {
  const { tenantId, user, signIn } = ofTenant(caller, parseTokenIssuanceStart(body));
  if (user === null) return notVerified;
  const subject = tenantId === deps.homeTenantId ? user : `${tenantId}/${user}`;
  return toTokenIssuanceReply(await deps.core.decideHook({ ...signIn, subject }));
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
  const subject = subjectOfIdentifier(requireEmail(event));
  return toAttributeCollectionStartReply(await deps.core.decideHook({ ...event.signIn, subject }));
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
  await deps.core.redeem(receipt, { subject: requireEmail(event), by: event.correlationId });
  return toReceiptTakenReply(receiptAttribute);
}

function requireEmail({ email }: SignUpEvent): string {
  if (email === null) throw new FaceError('face_not_verified', { reason: 'sign-up without an e-mail address' });
  return email;
}

function ofTenant<Event extends { readonly tenantId: string }>({ tenantId }: VerifiedCaller, event: Event): Event {
  if (event.tenantId === tenantId) return event;
  throw new FaceError('request_malformed', { reason: 'the tenant is not the caller’s' });
}
