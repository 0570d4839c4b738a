import type { HookCore, RawReply } from '../../src/connections/hook.js';
import type { CountCall } from './caller.js';
import type { OneLoginSettings } from './config.js';
import { toDecisionReply, toUnverified } from './reply.js';
import { parsePreAuthentication, parseUserMigration, type VerifiedCall } from './schema.js';

export interface FlowDeps {
  readonly settings: Pick<OneLoginSettings, 'unverified'>;
  readonly countCall: CountCall;
  readonly core: HookCore;
}

/**
 * Answers the pre-authentication Smart Hook. OneLogin calls it before the password, so the answers and their timing
 * must not reveal the state of a user.
 */
export async function handlePreAuthentication(
  call: VerifiedCall,
  { settings, countCall, core }: FlowDeps,
): Promise<RawReply> {
  const event = parsePreAuthentication(call);
  if (event.address !== null) countCall({ source: event.address, subject: event.subject });
  const type = 'pre-authentication';
  return toDecisionReply(type, await core.decideHook(event), toUnverified(type, settings));
}

/**
 * Answers the user-migration Smart Hook. These calls carry no address, so they are not counted, because anonymous
 * callers could use up a shared count.
 */
export async function handleUserMigration(call: VerifiedCall, { settings, core }: FlowDeps): Promise<RawReply> {
  const type = 'user-migration';
  return toDecisionReply(type, await core.decideHook(parseUserMigration(call)), toUnverified(type, settings));
}
