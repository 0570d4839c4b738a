import { z } from 'zod';
import type { RawReply } from '../../src/connections/hook.js';
import type { UserSecret } from '../../src/core/concealed.js';
import { subjectOfIdentifier } from '../../src/core/connection.js';
import type { Ports } from '../../src/core/deps.js';
import { FaceError } from '../../src/errors.js';
import type { OktaConnection } from './config.js';
import { decide, type FlowDeps } from './flow.js';
import { unverifiedPassword, verifiedPassword } from './reply.js';
import { parsePasswordImportHook } from './schema.js';

export type VerifyPassword = (credential: {
  readonly username: string;
  readonly password: UserSecret;
}) => Promise<boolean>;

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
  const { username, password, ...event } = parsePasswordImportHook(body);
  if (deps.verifyPassword === null) throw new FaceError('face_not_verified', { reason: 'no password verifier' });
  const decision = await decide(
    {
      ...{ ...event, hook: 'password-import', subject: subjectOfIdentifier(username) },
      ...{ application: null, address: null, isAfterFirstFactor: false },
    },
    deps,
  );
  const mayAsk = decision.outcome !== 'unverified' || decision.fallback === 'pass';
  return mayAsk && (await deps.verifyPassword({ username, password })) ? verifiedPassword : unverifiedPassword;
}
