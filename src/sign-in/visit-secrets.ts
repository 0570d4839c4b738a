import { createHash } from 'node:crypto';
import type { Credential } from '../core/concealed.js';

/** Bind the answer to one browser (state), its token to one visit (nonce), and its code to both (PKCE). */
export interface VisitSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/**
 * Derives them one-way from the 256 random bits in a browser's cookie, so that nothing is stored.
 * @param page - separates the visits of different pages
 */
export function secretsOf(secret: Credential, page: string): VisitSecrets {
  const derive = (use: string): string =>
    secret.use((text) => createHash('sha256').update(`facestep ${page} ${use} ${text}`).digest('base64url'));
  return { state: derive('state'), nonce: derive('nonce'), verifier: derive('verifier') };
}

/** Returns true if the query answers this visit. */
export const isAnswerTo = ({ state }: VisitSecrets, query: string): boolean =>
  new URLSearchParams(query).get('state') === state;
