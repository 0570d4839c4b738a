import { createHash } from 'node:crypto';
import type { Credential } from '../../core/secrets.js';

/**
 * Values that bind the provider's answer to one browser (state), the token to one visit (nonce), and the code to both
 * (PKCE).
 */
export interface VisitSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/**
 * Derives the values from the 256 random bits in a browser's cookie, one-way, so that nothing is stored.
 * @param page - separates the visits of different pages
 */
export function secretsOf(secret: Credential, page: string): VisitSecrets {
  const derive = (use: string): string =>
    secret.use((text) => createHash('sha256').update(`facestep ${page} ${use} ${text}`).digest('base64url'));
  return { state: derive('state'), nonce: derive('nonce'), verifier: derive('verifier') };
}

export const matchesState = ({ state }: VisitSecrets, query: string): boolean =>
  new URLSearchParams(query).get('state') === state;
