import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { compactDecrypt } from 'jose/jwe/compact/decrypt';
import { exportJWK } from 'jose/key/export';
import { generateKeyPair } from 'jose/key/generate/keypair';
import * as z from 'zod/mini';
import type { FacestepClient } from './journey.js';
import { FacestepError } from './server-call.js';

export interface LiveCheck {
  readonly token: string;
  readonly scope: string;
  readonly accuracy: number;
  /** Id of the user in your system, for the server's log. The default is a digest of the token. */
  readonly subject?: string;
  /** Shows the user the address of the capture page, such as by a redirect. */
  readonly showPage: (url: string) => void;
  readonly signal?: AbortSignal;
}

const pauseMs = 1000;

/** Longer than a check with the caller's token lives, so that an outage is not waited out for longer. */
const longestMs = 15 * 60 * 1000;

const publicKeyGuard = z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string(), y: z.string() });

/**
 * Sends the user to the capture page, and returns the content key of their token after the check. The server encrypts
 * the key for a key pair that exists only during this call. Needs the scopes `verify` and `content-key`. Polls on if the
 * server is not reached or is busy for a while.
 * @returns `null` if the check did not pass; otherwise 32 bytes, which the caller overwrites after use
 * @throws FacestepError
 */
export async function releaseContentKey(
  facestep: Pick<FacestepClient, 'startStepUp' | 'readStepUp'>,
  { token, scope, accuracy, subject, showPage, signal }: LiveCheck,
): Promise<Uint8Array | null> {
  const { publicKey, privateKey } = await generateKeyPair('ECDH-ES', { crv: 'P-256' });
  const contentKeyTo = z.parse(publicKeyGuard, await exportJWK(publicKey));
  const { id, url } = await facestep.startStepUp({
    token,
    scope,
    accuracy,
    subject: subject ?? createHash('sha256').update(token).digest('base64url'),
    audience: 'urn:facestep:content-key',
    contentKeyTo,
  });
  showPage(url);
  const lifetime = AbortSignal.timeout(longestMs);
  for (;;) {
    let waitMs = pauseMs;
    const { state, contentKey } = await facestep.readStepUp(id).catch((error: unknown) => {
      // The server deletes a check with the caller's token when it expires.
      if (error instanceof FacestepError && error.code === 'step_up_unknown')
        return { state: 'expired', contentKey: null } as const;
      if (!isPassing(error)) throw error;
      waitMs = Math.max(pauseMs, (error.retryAfterSec ?? 0) * 1000);
      if (lifetime.aborted || waitMs > longestMs) throw error;
      return { state: 'started', contentKey: null } as const;
    });
    if (contentKey !== null) return (await compactDecrypt(contentKey, privateKey, accepted)).plaintext;
    if (state !== 'started' && state !== 'captured') return null;
    await sleep(waitMs, null, signal === undefined ? {} : { signal });
  }
}

const passingStatuses: readonly (number | null)[] = [429, 502, 503, 504];

const isPassing = (error: unknown): error is FacestepError =>
  error instanceof FacestepError && (error.code === 'unreachable' || passingStatuses.includes(error.status));

const accepted = { keyManagementAlgorithms: ['ECDH-ES'], contentEncryptionAlgorithms: ['A256GCM'] };
