import { type HookDecision, type HookEvent, repeatableWithinSkewSec } from '../../src/core/decide.js';
import { FaceError } from '../../src/errors.js';
import type { RawReply } from '../hook.js';
import type { HookCore } from '../hook-core.js';
import {
  type Receipt,
  toNewcomerReply,
  toNoClaimReply,
  toRegistrationHookReply,
  toSamlHookReply,
  toTokenHookReply,
} from './reply.js';
import {
  maxReceiptCharacters,
  parseRegistrationHook,
  parseSamlHook,
  parseTokenHook,
  type RegistrationHook,
  type TokenHook,
} from './schema.js';

/** What the hooks of one connection work with. Each is handed the body of a call that is Okta's. */
export interface FlowDeps {
  /** What brings a receipt when somebody signs up. */
  readonly receipt: Receipt;
  readonly core: HookCore;
}

/** Okta takes the token as it is after 3 s; an answer later than this would be none. */
export const DECISION_TIMEOUT_MS = 1_500;

/**
 * Answers a token inline hook call: the claim, or a refusal.
 * @throws FaceError `request_malformed` (also where the tokens are not the named user's), `event_out_of_time`
 */
export async function handleTokenHook(body: Uint8Array, deps: FlowDeps): Promise<RawReply> {
  const hook = parseTokenHook(body);
  checkTokensAreOfUser(hook);
  if (hook.user === null) return toNoClaimReply(hook);
  return toTokenHookReply(
    await decide({ ...hook, hook: 'token', subject: hook.user, isAfterFirstFactor: true }, deps),
    hook,
  );
}

/**
 * Answers a registration inline hook call. An existing user who completes the profile needs a fresh face check. A person
 * who signs up is no user yet, and brings the receipt of one in the form.
 * @throws FaceError `request_malformed`, `event_out_of_time`, `face_not_verified`, `receipt_invalid`,
 *   `state_unavailable`
 */
export async function handleRegistrationHook(body: Uint8Array, deps: FlowDeps): Promise<RawReply> {
  const hook = parseRegistrationHook(body);
  if (hook.user === null) return takeReceipt(hook, deps);
  const event = { ...hook, hook: 'registration', subject: hook.user, isAfterFirstFactor: true };
  return toRegistrationHookReply(await decide(event, deps), hook);
}

/**
 * Answers a SAML assertion inline hook call: the attribute statement, or nothing. It cannot refuse: Okta documents no way.
 * @throws FaceError `request_malformed`, `event_out_of_time`
 */
export async function handleSamlHook(body: Uint8Array, deps: FlowDeps): Promise<RawReply> {
  const hook = parseSamlHook(body);
  return toSamlHookReply(
    await decide({ ...hook, hook: 'saml', subject: hook.user, isAfterFirstFactor: true }, deps),
    hook,
  );
}

/** Takes the receipt in the form of somebody who signs up, once, if it is theirs: it names the login that is asked for. */
async function takeReceipt({ form, eventId }: RegistrationHook, deps: FlowDeps): Promise<RawReply> {
  const { receiptField } = deps.receipt;
  const login = form?.login;
  const receipt = form?.[receiptField];
  if (typeof login !== 'string' || typeof receipt !== 'string' || receipt.length > maxReceiptCharacters) {
    throw new FaceError('face_not_verified', { reason: 'no receipt' });
  }
  const by = JSON.stringify(['registration', eventId]);
  await deps.core.redeem(receipt, { subject: login.toLowerCase(), by, budgetMs: DECISION_TIMEOUT_MS });
  return toNewcomerReply(deps.receipt);
}

/**
 * On a refresh, Okta has sent the user of the browser's session in place of the token's (OKTA-869758, mended in 2025).
 * So the tokens must name the user the event names; and if it names none they must not be a person's.
 */
function checkTokensAreOfUser({ user, identity, access }: TokenHook): void {
  const named = [identity?.subject, access?.subject].filter((subject) => typeof subject === 'string');
  const isOfNobody = identity === null && access !== null && named.length === 0;
  const isOfUser = named.length > 0 && named.every((subject) => subject === user);
  if (!(user === null ? isOfNobody : isOfUser)) {
    throw new FaceError('request_malformed', { reason: 'tokens are not of the user' });
  }
}

/** Asks the core about a user's face, within what Okta's patience leaves. @throws FaceError `event_out_of_time` */
export const decide = (
  event: Pick<
    HookEvent,
    'hook' | 'subject' | 'application' | 'address' | 'isAfterFirstFactor' | 'eventId' | 'eventTime'
  >,
  { core }: Pick<FlowDeps, 'core'>,
): Promise<HookDecision> =>
  core.decide({
    hook: event.hook,
    subject: event.subject,
    application: event.application,
    address: event.address,
    isAfterFirstFactor: event.isAfterFirstFactor,
    eventId: event.eventId,
    eventTime: event.eventTime,
    repeatableForSec: repeatableWithinSkewSec,
    budgetMs: DECISION_TIMEOUT_MS,
  });
