import { FaceError } from '../../errors.js';
import type { SealedToken } from '../concealed.js';
import type { CoreDeps } from '../deps.js';
import type { Clock, ReadToken, State, TokenName } from '../ports.js';
import { addSec, type EpochMs, toEpochMs } from '../units.js';

const revokedKey = (tokenId: string): string => `revoked:${tokenId}`;

/** Whether a token has been revoked. */
export async function isDenied(tokenId: string, { state }: Pick<CoreDeps, 'state'>): Promise<boolean> {
  return (await state.read(revokedKey(tokenId))) !== null;
}

/** How long after its expiry a token stays denied, in seconds: a server whose clock is behind may take it until then. */
const deniedAfterExpirySec = 60;

/**
 * Puts a token on the deny list, by its public id, until no server opens it any more. What has expired before is not put
 * there at all.
 * @throws FaceError `state_unavailable`
 */
export async function denyToken(
  { tokenId, expiresAt }: Pick<TokenName, 'tokenId' | 'expiresAt'>,
  deps: Pick<CoreDeps, 'state' | 'clock'>,
): Promise<void> {
  await denyTokenId({ tokenId, expiresAt: expiresAt === null ? null : toEpochMs(expiresAt) }, deps);
}

/** Until when a token stays denied; `null`: for ever. */
export const deniedUntil = (expiresAt: EpochMs | null): EpochMs | null =>
  expiresAt === null ? null : addSec(expiresAt, deniedAfterExpirySec);

/**
 * As `denyToken`, by what is recorded of a token.
 * @returns whether it was put there
 * @throws FaceError `state_unavailable`
 */
export async function denyTokenId(
  { tokenId, expiresAt }: { readonly tokenId: string; readonly expiresAt: EpochMs | null },
  { state, clock }: { readonly state: Pick<State, 'write'>; readonly clock: Clock },
): Promise<boolean> {
  const until = deniedUntil(expiresAt);
  if (until !== null && until <= clock.now()) return false;
  await state.write(revokedKey(tokenId), true, { when: 'any', expiresAt: until });
  return true;
}

/** What a text found in an attribute says of itself: anything may stand there; `null` where it is no token. */
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
