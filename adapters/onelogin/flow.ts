import { type HookEvent, repeatableWithinSkewSec } from '../../src/core/decide.js';
import type { EpochMs } from '../../src/core/units.js';
import type { RawReply } from '../hook.js';
import type { HookCore } from '../hook-core.js';
import type { CountAsk } from './caller.js';
import type { OneLoginSettings } from './config.js';
import { toDecisionReply, toUnverified } from './reply.js';
import { parsePreAuthentication, parseUserMigration, type SmartHookType } from './schema.js';
import { toAskMs } from './smart-hook.js';

/** A call of our own Smart Hook: when it was signed, and the body that was, not parsed. */
export interface VerifiedCall {
  readonly signedAt: EpochMs;
  readonly body: Uint8Array;
}

/** What the hooks of one connection work with. */
export interface FlowDeps {
  readonly settings: Pick<OneLoginSettings, 'unverified' | 'timeoutSec'>;
  readonly countAsk: CountAsk;
  readonly core: HookCore;
}

/** The way from OneLogin's machine to ours and back, in milliseconds. */
const travelMs = 300;

/** Least time a decision gets: it takes two reads and two writes of the state store. */
const minBudgetMs = 200;

/** What a decision may take of the time that the function waits, in milliseconds. */
export const toBudgetMs = (hook: SmartHookType, settings: FlowDeps['settings']): number =>
  Math.max(toAskMs(hook, settings) - travelMs, minBudgetMs);

/**
 * Answers the pre-authentication Smart Hook: the normal policy, the face policy, or no sign-in. It runs before the
 * password, so no profile is read: unknown, unenrolled and unverified users are one thing, in time too.
 * @throws FaceError `request_malformed`, `locked_out`
 */
export async function handlePreAuthentication({ signedAt, body }: VerifiedCall, deps: FlowDeps): Promise<RawReply> {
  const { source, ...event } = parsePreAuthentication(body);
  if (source !== null) deps.countAsk({ source, subject: event.subject });
  return decide('pre-authentication', { ...event, address: source, eventTime: signedAt }, deps);
}

/**
 * Answers the user-migration Smart Hook: whether the customer's own function may look a person up. There is no user id
 * yet, so the subject is the name that was typed. OneLogin tells no address here, so nothing is counted: a stranger
 * could use up a count by name.
 * @throws FaceError `request_malformed`
 */
export async function handleUserMigration({ signedAt, body }: VerifiedCall, deps: FlowDeps): Promise<RawReply> {
  const event = parseUserMigration(body);
  return decide('user-migration', { ...event, application: null, address: null, eventTime: signedAt }, deps);
}

async function decide(
  hook: SmartHookType,
  event: Pick<HookEvent, 'subject' | 'application' | 'address' | 'eventId' | 'eventTime'>,
  { settings, core }: FlowDeps,
): Promise<RawReply> {
  const decision = await core.decide({
    ...event,
    hook,
    // Anybody can type a name: a lockout for that would keep its owner out.
    isAfterFirstFactor: false,
    repeatableForSec: repeatableWithinSkewSec,
    budgetMs: toBudgetMs(hook, settings),
  });
  return toDecisionReply(hook, decision, toUnverified(hook, settings));
}
