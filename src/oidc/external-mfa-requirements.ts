import { oidcErrors } from './library.js';
import { parseRequestedClaims } from './requested-claims.js';

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
 * @param claims - the parameter of that name (OpenID Connect Core, section 5.5)
 * @throws oidcErrors.InvalidRequest; oidcErrors.UnmetAuthenticationRequirements where a face alone is not what is asked for
 */
export function checkRequirements(claims: string | undefined): void {
  const { acr, amr } = parseRequestedClaims(claims);
  const isMet = (values: readonly string[], possible: readonly string[]): boolean =>
    values.length === 0 || values.some((value) => possible.includes(value));
  if (!isMet(acr.values, faceAcrValues) || !isMet(amr.values, ['face'])) {
    throw new oidcErrors.UnmetAuthenticationRequirements('a face is not what is asked for');
  }
}
