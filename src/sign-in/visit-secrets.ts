import { createHash } from 'node:crypto';
import type { Credential } from '../core/concealed.js';

/**
 * Values of one sign-in: `state` binds the provider's answer to the browser, `nonce` binds the ID token to this
 * sign-in, and `verifier` (PKCE) binds the authorization code to both.
 */
export interface VisitSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/**
 * Derives the values from the 256 random bits in a browser's cookie by a one-way function, so that the server need not
 * store them.
 * @param page - name of the page, so that the same cookie value yields other values for another page
 */
export function secretsOf(secret: Credential, page: string): VisitSecrets {
  const derive = (use: string): string =>
    secret.use((text) => createHash('sha256').update(`facestep ${page} ${use} ${text}`).digest('base64url'));
  return { state: derive('state'), nonce: derive('nonce'), verifier: derive('verifier') };
}

export const isAnswerTo = ({ state }: VisitSecrets, query: string): boolean =>
  new URLSearchParams(query).get('state') === state;
