import type { Connection } from '../../src/core/connection.js';
import { decideHook, type HookDecision, type HookEvent, repeatableWithinSkewSec } from '../../src/core/decide.js';
import type { CoreDeps } from '../../src/core/deps.js';
import { FaceError } from '../../src/errors.js';
import type { RawReply, RawRequest } from '../adapter.js';
import type { VerifyCaller } from './caller.js';
import { toNoClaimReply, toRegistrationHookReply, toTokenHookReply } from './reply.js';
import { parseRegistrationHook, parseTokenHook, type TokenHook } from './schema.js';

/** What the hooks of one connection work with. */
export interface FlowDeps {
  readonly connection: Connection;
  readonly verifyCaller: VerifyCaller;
  readonly core: CoreDeps;
}

/** Okta takes the token as it is after 3 s; an answer later than this would be none. */
const DECISION_TIMEOUT_MS = 1_500;

/**
 * Answers a token inline hook call: the claim, or a refusal.
 * @throws FaceError `caller_untrusted`, `request_malformed` (also where the tokens are not the named user's),
 *   `event_out_of_time`, `profile_unavailable`
 */
export async function handleTokenHook(raw: RawRequest, deps: FlowDeps): Promise<RawReply> {
  await deps.verifyCaller(raw.headers);
  const hook = parseTokenHook(raw.body);
  checkTokensAreOfUser(hook);
  if (hook.user === null) return toNoClaimReply(hook);
  return toTokenHookReply(await decide({ ...hook, hook: 'token', subject: hook.user }, deps), hook);
}

/**
 * Answers a registration inline hook call. A person who registers has no user id yet, so no face check can be theirs:
 * that is refused. An existing user who completes the profile needs one.
 * @throws FaceError `caller_untrusted`, `request_malformed`, `event_out_of_time`, `face_not_verified`,
 *   `profile_unavailable`
 */
export async function handleRegistrationHook(raw: RawRequest, deps: FlowDeps): Promise<RawReply> {
  await deps.verifyCaller(raw.headers);
  const hook = parseRegistrationHook(raw.body);
  if (hook.user === null) throw new FaceError('face_not_verified', { reason: 'registration has no user' });
  return toRegistrationHookReply(await decide({ ...hook, hook: 'registration', subject: hook.user }, deps));
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

const decide = (
  { hook, subject, eventId, eventTime }: Pick<HookEvent, 'hook' | 'subject' | 'eventId' | 'eventTime'>,
  { connection, core }: FlowDeps,
): Promise<HookDecision> =>
  decideHook(
    {
      ...{ connection, hook, subject, eventId, eventTime },
      repeatableForSec: repeatableWithinSkewSec,
      budgetMs: DECISION_TIMEOUT_MS,
    },
    core,
  );
