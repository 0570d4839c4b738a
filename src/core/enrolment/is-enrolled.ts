import type { SealedToken } from '../concealed.js';
import type { Ports } from '../deps.js';
import { toEpochMs } from '../units.js';
import { identifyWhereSound } from './deny-list.js';

/**
 * Returns true if the token is well-formed and not expired. The consent record is ignored, because it may be missing
 * after the store was restored from an older backup.
 */
export function isEnrolled(token: SealedToken | null, deps: Ports<'clock' | 'verifier'>): boolean {
  if (token === null) return false;
  const expiresAt = identifyWhereSound(token, deps)?.expiresAt ?? null;
  return expiresAt === null || toEpochMs(expiresAt) > deps.clock.now();
}
