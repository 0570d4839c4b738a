import type { HookCore, RawReply } from '../../src/connections/hook.js';
import { type HookEvent, repeatableWithinSkewSec } from '../../src/connections/hook-decision.js';
import type { EpochMs } from '../../src/core/units.js';
import type { CountCall } from './caller.js';
import type { OneLoginSettings } from './config.js';
import { toDecisionReply, toUnverified } from './reply.js';
import { parsePreAuthentication, parseUserMigration, type SmartHookType } from './schema.js';
import { toAskMs } from './smart-hook.js';

export interface VerifiedCall {
  readonly signedAt: EpochMs;
  readonly body: Uint8Array;
}

export interface FlowDeps {
  readonly settings: Pick<OneLoginSettings, 'unverified' | 'timeoutSec'>;
  readonly countCall: CountCall;
  readonly core: HookCore;
}

const travelMs = 300;

/** Minimum time for a decision, in milliseconds: two reads and two writes of the state store. */
const minBudgetMs = 200;

export const toBudgetMs = (hook: SmartHookType, settings: FlowDeps['settings']): number =>
  Math.max(toAskMs(hook, settings) - travelMs, minBudgetMs);

/**
 * Answers the pre-authentication Smart Hook. OneLogin calls it before the password, so the answers and their timing
 * must not reveal the state of a user.
 */
export async function handlePreAuthentication({ signedAt, body }: VerifiedCall, deps: FlowDeps): Promise<RawReply> {
  const { source, ...event } = parsePreAuthentication(body);
  if (source !== null) deps.countCall({ source, subject: event.subject });
  return decide('pre-authentication', { ...event, address: source, eventTime: signedAt }, deps);
}

/**
 * Answers the user-migration Smart Hook. These calls carry no address, so they are not counted, because anonymous
 * callers could use up a shared count.
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
    // Anyone can type this user's name, so failures must not lock the user out.
    isAfterFirstFactor: false,
    repeatableForSec: repeatableWithinSkewSec,
    budgetMs: toBudgetMs(hook, settings),
  });
  return toDecisionReply(hook, decision, toUnverified(hook, settings));
}
