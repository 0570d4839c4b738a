import type { Ports } from '../core/deps.js';
import type { Clock, ReadToken, State, TokenName } from '../core/ports.js';
import type { SealedToken } from '../core/secrets.js';
import { addSec, type EpochMs, toEpochMs } from '../core/units.js';
import { FaceError } from '../errors.js';

const revokedKey = (tokenId: string): string => `revoked:${tokenId}`;

export async function isDenied(tokenId: string, { state }: Ports<'state'>): Promise<boolean> {
  return (await state.read(revokedKey(tokenId))) !== null;
}

/** Seconds for which a token stays denied after its expiry, because the clocks of other servers may be slow. */
const deniedAfterExpirySec = 60;

/** Denies a token until no server accepts it any more. Skips expired tokens. */
export async function denyToken(
  { tokenId, expiresAt }: Pick<TokenName, 'tokenId' | 'expiresAt'>,
  deps: Ports<'state' | 'clock'>,
): Promise<void> {
  await denyTokenId({ tokenId, expiresAt: expiresAt === null ? null : toEpochMs(expiresAt) }, deps);
}

/** Returns when a denial ends, or `null` if never. */
export const deniedUntil = (expiresAt: EpochMs | null): EpochMs | null =>
  expiresAt === null ? null : addSec(expiresAt, deniedAfterExpirySec);

/** Denies a token by its recorded id and expiry. @returns true if the denial was new */
export async function denyTokenId(
  { tokenId, expiresAt }: { readonly tokenId: string; readonly expiresAt: EpochMs | null },
  { state, clock }: { readonly state: Pick<State, 'write'>; readonly clock: Clock },
): Promise<boolean> {
  const until = deniedUntil(expiresAt);
  if (until !== null && until <= clock.now()) return false;
  await state.write(revokedKey(tokenId), true, { when: 'any', expiresAt: until });
  return true;
}

/** Reads the public data of an attribute's value, or returns `null` if the value is not a token. */
export function identifyIfToken(token: SealedToken | null, { verifier }: Ports<'verifier'>): ReadToken | null {
  try {
    return token === null ? null : verifier.identify(token);
  } catch (error) {
    if (error instanceof FaceError && error.code === 'token_malformed') return null;
    throw error;
  }
}

/** Returns true if the time of a token is over. Every expiry of a token is decided here. */
export const isExpired = ({ expiresAt }: Pick<TokenName, 'expiresAt'>, { clock }: Ports<'clock'>): boolean =>
  expiresAt !== null && toEpochMs(expiresAt) <= clock.now();

/**
 * Returns true if the token is well-formed and not expired. The consent record is ignored, because it may be missing
 * after the store was restored from an older backup.
 */
export function isEnrolled(token: SealedToken | null, deps: Ports<'clock' | 'verifier'>): boolean {
  return token !== null && !isExpired(identifyIfToken(token, deps) ?? { expiresAt: null }, deps);
}
