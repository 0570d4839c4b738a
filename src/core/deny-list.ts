import { FaceError } from '../errors.js';
import type { SealedToken } from './concealed.js';
import type { CoreDeps } from './deps.js';
import type { State } from './ports.js';
import { type EpochMs, toEpochMs } from './units.js';

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
  await denyTokenId({ tokenId, expiresAt: expiresAt === null ? null : toEpochMs(expiresAt) }, { state });
  return tokenId;
}

/**
 * As `denyToken`, by what is recorded of a token.
 * @throws FaceError `state_unavailable`
 */
export async function denyTokenId(
  { tokenId, expiresAt }: { readonly tokenId: string; readonly expiresAt: EpochMs | null },
  { state }: { readonly state: Pick<State, 'write'> },
): Promise<void> {
  await state.write(revokedKey(tokenId), true, { when: 'any', expiresAt });
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
