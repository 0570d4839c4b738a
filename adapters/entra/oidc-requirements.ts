import { type RequestedClaims, UnmetAuthenticationRequirements } from '../openid-client.js';

/**
 * What Entra may ask for that a face alone fulfils: all that admit inherence. The first is what it asks for after a
 * password.
 * @see https://learn.microsoft.com/en-us/entra/identity/authentication/concept-authentication-external-method-provider
 */
export const faceAcrValues = [
  'possessionorinherence',
  'knowledgeorinherence',
  'knowledgeorpossessionorinherence',
  'inherence',
] as const;

/**
 * Checks that a face is what is asked for. Entra takes no other answer than one of the values it named, so they bind here
 * even where they are not called essential.
 * @throws UnmetAuthenticationRequirements: a face alone is not what is asked for
 */
export function checkRequirements({ acr, amr }: RequestedClaims): void {
  const isMet = (values: readonly string[], possible: readonly string[]): boolean =>
    values.length === 0 || values.some((value) => possible.includes(value));
  if (!isMet(acr.values, faceAcrValues) || !isMet(amr.values, ['face'])) {
    throw new UnmetAuthenticationRequirements('a face is not what is asked for');
  }
}
