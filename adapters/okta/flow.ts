import { z } from 'zod';
import type { HookCore, RawReply } from '../../src/connections/hook.js';
import type { Ports } from '../../src/core/deps.js';
import type { UserSecret } from '../../src/core/secrets.js';
import { FaceError } from '../../src/errors.js';
import type { OktaConnection } from './config.js';
import {
  type Receipt,
  toNewcomerReply,
  toNoClaimReply,
  toRegistrationHookReply,
  toSamlHookReply,
  toTokenHookReply,
  unverifiedPassword,
  verifiedPassword,
} from './reply.js';
import {
  maxReceiptCharacters,
  parsePasswordImportHook,
  parseRegistrationHook,
  parseSamlHook,
  parseTokenHook,
  type RegistrationHook,
  type TokenHook,
} from './schema.js';

export interface FlowDeps {
  readonly receipt: Receipt;
  readonly ruleInClaim: boolean;
  readonly core: HookCore;
}

/** @throws FaceError `request_malformed`, also if the tokens belong to another user; `event_out_of_time` */
export async function handleTokenHook(body: Uint8Array, deps: FlowDeps): Promise<RawReply> {
  const hook = parseTokenHook(body);
  checkTokensAreOfUser(hook);
  if (hook.event === null) return toNoClaimReply(hook);
  return toTokenHookReply(await deps.core.decideHook(hook.event), hook, deps.ruleInClaim);
}

/**
 * Answers a registration hook call. An existing user needs a recently passed face check; a new user submits a receipt.
 */
export async function handleRegistrationHook(body: Uint8Array, deps: FlowDeps): Promise<RawReply> {
  const hook = parseRegistrationHook(body);
  if (hook.event === null) return takeReceipt(hook, deps);
  return toRegistrationHookReply(await deps.core.decideHook(hook.event), hook);
}

/**
 * Answers a SAML assertion hook call with the face attribute. If the check failed, nothing is changed, because Okta
 * documents no way to refuse the assertion.
 */
export async function handleSamlHook(body: Uint8Array, deps: FlowDeps): Promise<RawReply> {
  const hook = parseSamlHook(body);
  return toSamlHookReply(await deps.core.decideHook(hook.event), hook);
}

/** Consumes the receipt of a new user, which must be issued for the requested login. */
async function takeReceipt({ form, eventId }: RegistrationHook, deps: FlowDeps): Promise<RawReply> {
  const { receiptField } = deps.receipt;
  const login = form?.login;
  const receipt = form?.[receiptField];
  if (typeof login !== 'string' || typeof receipt !== 'string' || receipt.length > maxReceiptCharacters) {
    throw new FaceError('face_not_verified', { reason: 'no receipt' });
  }
  await deps.core.redeem(receipt, { subject: login.toLowerCase(), by: JSON.stringify(['registration', eventId]) });
  return toNewcomerReply(deps.receipt);
}

/**
 * Verifies that the tokens belong to the user whom the event names. On token refresh, Okta named the user of the
 * browser session instead (OKTA-869758, fixed in 2025).
 */
function checkTokensAreOfUser({ event, identity, access }: TokenHook): void {
  const user = event?.subject ?? null;
  const named = [identity?.subject, access?.subject].filter((subject) => typeof subject === 'string');
  const isWithoutUser = identity === null && access !== null && named.length === 0;
  const isSameUser = named.length > 0 && named.every((subject) => subject === user);
  if (!(user === null ? isWithoutUser : isSameUser)) {
    throw new FaceError('request_malformed', { reason: 'tokens are not of the user' });
  }
}

type VerifyPassword = (given: { readonly username: string; readonly password: UserSecret }) => Promise<boolean>;

const VERIFIER_TIMEOUT_MS = 1_000;

const answerGuard = z.object({ verified: z.boolean() });

/** Creates the call to the customer's password verifier. A missing, late or malformed answer counts as false. */
export function createVerifyPassword(
  { url, secret }: NonNullable<OktaConnection['okta']['passwordImport']>['verifier'],
  { fetch, log }: Ports<'log' | 'fetch'>,
): VerifyPassword {
  return async ({ username, password }) => {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: secret.use((text) => ({ 'Content-Type': 'application/json', Authorization: `Bearer ${text}` })),
        body: password.use((text) => JSON.stringify({ username, password: text })),
        // Redirects are refused, so that the password is sent to no other server.
        redirect: 'error',
        signal: AbortSignal.timeout(VERIFIER_TIMEOUT_MS),
      });
      if (response.ok) return answerGuard.parse(await response.json()).verified;
      log.warn('the password verifier refused to answer', { status: response.status });
    } catch {
      // The reason is not logged, because errors of fetch and zod may quote the password.
      log.warn('the password verifier did not answer');
    }
    return false;
  };
}

/**
 * Answers a password import hook call. Okta stores a `VERIFIED` password, so the customer's verifier must confirm it.
 * The hook first requires a recently passed face check, so that password guesses do not reach the verifier.
 */
export async function handlePasswordImportHook(
  body: Uint8Array,
  deps: FlowDeps & { readonly verifyPassword: VerifyPassword | null },
): Promise<RawReply> {
  const { event, username, password } = parsePasswordImportHook(body);
  if (deps.verifyPassword === null) throw new FaceError('face_not_verified', { reason: 'no password verifier' });
  const decision = await deps.core.decideHook(event);
  const mayAsk = decision.outcome !== 'unverified' || decision.fallback === 'pass';
  return mayAsk && (await deps.verifyPassword({ username, password })) ? verifiedPassword : unverifiedPassword;
}
