import type { HookDecision } from '../../src/core/decide.js';
import { type FaceErrorCode, type RefusalKind, refusals } from '../../src/errors.js';
import type { RawReply } from '../hook.js';
import type { OneLoginSettings } from './config.js';
import type { SmartHookType } from './schema.js';

/*
 * Our own Smart Hook reads the reply. Whoever types a name can tell what it does with it, so nothing but the decision is
 * in it: the reason, the user and the enrolment are not.
 */

/** `step_up` assigns the face policy, `deny` ends the sign-in before the password. */
export type Decision = 'allow' | 'step_up' | 'deny';

const decide = (decision: Decision): RawReply => ({ status: 200, body: { decision } });

/** Not our Smart Hook: it would read the decision like any other, so it gets none. */
const untrusted: RawReply = { status: 401, body: null };

/** What a sign-in gets that has no finished face check. Nobody is migrated without one. */
export const toUnverified = (type: SmartHookType, { unverified }: Pick<OneLoginSettings, 'unverified'>): Decision =>
  type === 'pre-authentication' && unverified === 'face_policy' ? 'step_up' : 'deny';

/** Lets the sign-in through, to the normal policy. */
export const passSignIn: RawReply = decide('allow');

/**
 * The decision as the Smart Hook reads it. A user who is migrated has no claim that somebody could look for later, so
 * without a face check the answer to that is always no, except in shadow mode.
 */
export function toDecisionReply(type: SmartHookType, decision: HookDecision, unverified: Decision): RawReply {
  if (decision.outcome !== 'unverified' || decision.fallback === 'pass') return passSignIn;
  return decision.fallback === 'omit_claim' && type === 'pre-authentication' ? passSignIn : decide(unverified);
}

const answers = {
  caller: 'untrusted',
  request: 'unverified',
  photo: 'unverified',
  unverified: 'unverified',
  service: 'unverified',
} as const satisfies Record<RefusalKind, 'unverified' | 'untrusted'>;

/** A refusal, which is what an unverified sign-in gets: the two cannot be told apart. */
export const toRefusal = (code: FaceErrorCode, unverified: Decision): RawReply =>
  answers[refusals[code].kind] === 'untrusted' ? untrusted : decide(unverified);
