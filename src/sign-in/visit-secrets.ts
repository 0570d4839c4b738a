import { createHash } from 'node:crypto';
import type { Credential } from '../core/concealed.js';

/** What ties the answer of a provider to one browser (state), its token to one visit (nonce), and its code to both (PKCE). */
export interface VisitSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/**
 * Makes them of the 256 random bits in a browser's cookie: what goes to the provider does not tell those, and nothing of a
 * visit is kept here.
 * @param page - whose visits these are, so that one of another page is none
 */
export function secretsOf(secret: Credential, page: string): VisitSecrets {
  const derive = (use: string): string =>
    secret.use((text) => createHash('sha256').update(`facestep ${page} ${use} ${text}`).digest('base64url'));
  return { state: derive('state'), nonce: derive('nonce'), verifier: derive('verifier') };
}

/** Whether a browser came back with an answer to the visit of these. Asking the provider of another one would be in vain. */
export const isAnswerTo = ({ state }: VisitSecrets, query: string): boolean =>
  new URLSearchParams(query).get('state') === state;
