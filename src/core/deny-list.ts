import { FaceError } from '../errors.js';
import type { SealedToken } from './concealed.js';
import type { CoreDeps } from './deps.js';
import { toEpochMs } from './units.js';

const revokedKey = (tokenId: string): string => `revoked:${tokenId}`;

/** Whether a token has been revoked. */
export async function isDenied(tokenId: string, { state }: Pick<CoreDeps, 'state'>): Promise<boolean> {
  return (await state.read(revokedKey(tokenId))) !== null;
}

/**
 * Puts a token on the deny list until it would have expired, and returns its public id.
 * @throws FaceError `token_malformed`, `state_unavailable`
 */
export async function denyToken(
  token: SealedToken,
  { verifier, state }: Pick<CoreDeps, 'verifier' | 'state'>,
): Promise<string> {
  const { tokenId, expiresAt } = verifier.identify(token);
  await state.write(revokedKey(tokenId), true, {
    when: 'any',
    expiresAt: expiresAt === null ? null : toEpochMs(expiresAt),
  });
  return tokenId;
}

/**
 * As `denyToken`, for what was found in an attribute: anything may stand there, and what is no token needs no denying.
 * @returns the public id, or `null` where it was no token
 */
export async function denyWhereSound(
  token: SealedToken,
  deps: Pick<CoreDeps, 'verifier' | 'state'>,
): Promise<string | null> {
  try {
    return await denyToken(token, deps);
  } catch (error) {
    if (error instanceof FaceError && error.code === 'token_malformed') return null;
    throw error;
  }
}
