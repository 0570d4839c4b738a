import { type RawReply, untrusted } from '../../src/connections/hook.js';
import type { HookDecision } from '../../src/connections/hook-decision.js';
import { type FaceErrorCode, refusals } from '../../src/errors.js';
import type { OneLoginSettings } from './config.js';
import type { SmartHookType } from './schema.js';

/*
 * Our Smart Hook reads this reply. The reply contains only the decision, because anyone who types a user name sees its
 * effect.
 */

/** `step_up` assigns the face policy; `deny` ends the sign-in before the password. */
export type Decision = 'allow' | 'step_up' | 'deny';

const toReply = (decision: Decision): RawReply => ({ status: 200, body: { decision } });

/** Returns the decision if there is no finished face check. A migration is then always denied. */
export const toUnverified = (type: SmartHookType, { unverified }: Pick<OneLoginSettings, 'unverified'>): Decision =>
  type === 'pre-authentication' && unverified === 'face_policy' ? 'step_up' : 'deny';

export const passSignIn: RawReply = toReply('allow');

/**
 * A migration without a face check is denied, except in shadow mode. A migration sets no claim that applications could
 * check later.
 */
export function toDecisionReply(type: SmartHookType, decision: HookDecision, unverified: Decision): RawReply {
  if (decision.outcome !== 'unverified' || decision.fallback === 'pass') return passSignIn;
  return decision.fallback === 'omit_claim' && type === 'pre-authentication' ? passSignIn : toReply(unverified);
}

/** Converts a refusal to the decision of an unverified sign-in, so that callers cannot distinguish the two. */
export const toRefusal = (code: FaceErrorCode, unverified: Decision): RawReply =>
  refusals[code].kind === 'caller' ? untrusted : toReply(unverified);
