import { FaceError } from '../../errors.js';
import type { SealedToken } from '../concealed.js';
import type { CoreDeps } from '../deps.js';
import type { Clock, ReadToken, State, TokenName } from '../ports.js';
import { addSec, type EpochMs, toEpochMs } from '../units.js';

const revokedKey = (tokenId: string): string => `revoked:${tokenId}`;

/** Returns true if a token is revoked. */
export async function isDenied(tokenId: string, { state }: Pick<CoreDeps, 'state'>): Promise<boolean> {
  return (await state.read(revokedKey(tokenId))) !== null;
}

/** Seconds, for servers with a slow clock. */
const deniedAfterExpirySec = 60;

/**
 * Adds a token to the deny list until no server accepts it any more. Skips expired ones.
 * @throws `state_unavailable`
 */
export async function denyToken(
  { tokenId, expiresAt }: Pick<TokenName, 'tokenId' | 'expiresAt'>,
  deps: Pick<CoreDeps, 'state' | 'clock'>,
): Promise<void> {
  await denyTokenId({ tokenId, expiresAt: expiresAt === null ? null : toEpochMs(expiresAt) }, deps);
}

/** Returns the end of a denial; `null`: never. */
export const deniedUntil = (expiresAt: EpochMs | null): EpochMs | null =>
  expiresAt === null ? null : addSec(expiresAt, deniedAfterExpirySec);

/** Denies a token from recorded data. @returns true if it was added @throws `state_unavailable` */
export async function denyTokenId(
  { tokenId, expiresAt }: { readonly tokenId: string; readonly expiresAt: EpochMs | null },
  { state, clock }: { readonly state: Pick<State, 'write'>; readonly clock: Clock },
): Promise<boolean> {
  const until = deniedUntil(expiresAt);
  if (until !== null && until <= clock.now()) return false;
  await state.write(revokedKey(tokenId), true, { when: 'any', expiresAt: until });
  return true;
}

/** Reads an attribute's token; `null` if it is none, because anything may be there. */
export function identifyWhereSound(
  token: SealedToken | null,
  { verifier }: Pick<CoreDeps, 'verifier'>,
): ReadToken | null {
  try {
    return token === null ? null : verifier.identify(token);
  } catch (error) {
    if (error instanceof FaceError && error.code === 'token_malformed') return null;
    throw error;
  }
}
