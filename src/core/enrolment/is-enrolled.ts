import type { SealedToken } from '../concealed.js';
import type { CoreDeps } from '../deps.js';
import { toEpochMs } from '../units.js';
import { identifyWhereSound } from './deny-list.js';

/**
 * Whether somebody is enrolled, by the token in their profile: one that has ended by itself stays there, and opens nothing. The
 * token says so, not the consent: a store may be of an earlier day.
 */
export function isEnrolled(token: SealedToken | null, deps: Pick<CoreDeps, 'verifier' | 'clock'>): boolean {
  if (token === null) return false;
  const expiresAt = identifyWhereSound(token, deps)?.expiresAt ?? null;
  return expiresAt === null || toEpochMs(expiresAt) > deps.clock.now();
}
