import { type RequestedClaims, UnmetAuthenticationRequirements } from '../../src/connections/openid-client.js';

/**
 * Values of `acr` that a face satisfies: all that accept inherence. The first is Entra's request after a password.
 * @see https://learn.microsoft.com/en-us/entra/identity/authentication/concept-authentication-external-method-provider
 */
export const faceAcrValues = [
  'possessionorinherence',
  'knowledgeorinherence',
  'knowledgeorpossessionorinherence',
  'inherence',
] as const;

/**
 * Checks that a face satisfies the request. Entra accepts only values it named, essential or not.
 * @throws UnmetAuthenticationRequirements
 */
export function checkRequirements({ acr, amr }: RequestedClaims): void {
  const isMet = (values: readonly string[], possible: readonly string[]): boolean =>
    values.length === 0 || values.some((value) => possible.includes(value));
  if (!isMet(acr.values, faceAcrValues) || !isMet(amr.values, ['face'])) {
    throw new UnmetAuthenticationRequirements('a face is not what is asked for');
  }
}
