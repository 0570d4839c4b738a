import { FaceError } from '../errors.js';
import type { SealedToken } from './concealed.js';
import type { CoreDeps } from './deps.js';
import type { State, TokenName } from './ports.js';
import { type EpochMs, toEpochMs } from './units.js';

const revokedKey = (tokenId: string): string => `revoked:${tokenId}`;

/** Whether a token has been revoked. */
export async function isDenied(tokenId: string, { state }: Pick<CoreDeps, 'state'>): Promise<boolean> {
  return (await state.read(revokedKey(tokenId))) !== null;
}

/** Puts a token on the deny list, by its public id, until it would have expired. @throws FaceError `state_unavailable` */
export async function denyToken(
  { tokenId, expiresAt }: Pick<TokenName, 'tokenId' | 'expiresAt'>,
  { state }: Pick<CoreDeps, 'state'>,
): Promise<void> {
  await denyTokenId({ tokenId, expiresAt: expiresAt === null ? null : toEpochMs(expiresAt) }, { state });
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

/** What a text found in an attribute says of itself: anything may stand there; `null` where it is no token. */
export function identifyWhereSound(
  token: SealedToken | null,
  { verifier }: Pick<CoreDeps, 'verifier'>,
): TokenName | null {
  try {
    return token === null ? null : verifier.identify(token);
  } catch (error) {
    if (error instanceof FaceError && error.code === 'token_malformed') return null;
    throw error;
  }
}
